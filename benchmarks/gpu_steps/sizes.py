"""Sizes of inr2vec's trainings that are measured."""

PAPER_TRAINING = {
    "width": 512, "hidden": [512, 512, 1024, 1024], "embedding": 1024, "decoder": 512,
    "batch": 16, "queries": 10_000,
}  # fmt: skip
SMALL_TRAINING = {
    "width": 256, "hidden": [256, 256, 512, 512], "embedding": 512, "decoder": 256,
    "batch": 4, "queries": 1024,
}  # fmt: skip
TINY_TRAINING = {
    "width": 16, "hidden": [16, 16], "embedding": 16, "decoder": 16, "batch": 4, "queries": 64,
}  # fmt: skip
