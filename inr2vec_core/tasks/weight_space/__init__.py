"""What INRs of one or several starts have in common as weights (paper, Appendix K)."""
