"""Quality of INRs along their fit, by their size and loss (paper, Appendices B and M)."""
