"""Part segmentation: the part of any point of a shape (paper, Section 4, Tables 3 and 7)."""
