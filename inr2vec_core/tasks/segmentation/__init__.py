"""Part segmentation of shapes (paper, Section 4, Tables 3 and 7)."""
