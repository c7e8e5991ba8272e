"""The specialized networks that the paper compares inr2vec with, one published network a file."""
