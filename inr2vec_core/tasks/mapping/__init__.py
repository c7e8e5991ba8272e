"""Mapping between embedding spaces: completion, surface reconstruction (paper, Section 4)."""
