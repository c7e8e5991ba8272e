"""The specialised networks that the paper compares inr2vec with, one published network a file.

Each is trained on discrete shapes; `networks.py` lists and builds them.
"""
