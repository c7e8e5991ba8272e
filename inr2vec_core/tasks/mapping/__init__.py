"""From one embedding space to another: completion, surface reconstruction (paper, Section 4)."""
