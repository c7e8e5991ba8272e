"""The MLP that classifies embeddings (paper, Appendix F)."""

from collections.abc import Sequence

from torch import nn


def mlp_classifier(
    embedding: int, classes: int, hidden: Sequence[int] = (512, 256), dropout: float = 0.5
) -> nn.Sequential:
    """Linear layers with BatchNorm, ReLU and dropout between: (b, embedding) -> (b, classes).

    Args:
        embedding: length of an embedding.
        classes: number of logits.
        hidden: widths of the hidden layers.
        dropout: the rate after each hidden layer.
    """
    layers: list[nn.Module] = []
    width = embedding
    for size in hidden:
        layers += [nn.Linear(width, size), nn.BatchNorm1d(size), nn.ReLU(), nn.Dropout(dropout)]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, classes))
