"""New shapes: embeddings drawn from an adversarial generator (paper, Section 4, Fig. 8)."""
