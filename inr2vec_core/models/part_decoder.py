"""The decoder that predicts the part of any point from a shape's embedding (paper, Figure 7).

It is inr2vec's implicit decoder with the shape's class as a further input and logits of parts as
outputs (paper, Section 4 and Appendix F).
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.ops.chunked_loss import mean_loss


class PartDecoder(nn.Module):
    """Map embedding, class and query points to logits of all parts of all classes.

    Args:
        embedding: length of the embedding.
        classes: number of classes.
        parts: number of parts of all classes.
        hidden: width of the decoder.
        frequencies: frequencies of the decoder's positional encoding.
        dropout: share of the embedding's numbers that a training step drops (the paper: none), so
            that a few shapes are not distinguished by some of the numbers alone.

    >>> decoder = PartDecoder(1024, 16, 50)
    >>> sum(p.numel() for p in decoder.parameters())
    2206770
    """

    def __init__(
        self,
        embedding: int,
        classes: int,
        parts: int,
        hidden: int = 512,
        frequencies: int = 10,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.parts, self.dropout = parts, nn.Dropout(dropout)
        self.decoder = ImplicitDecoder(embedding + classes, hidden, frequencies, parts)

    def forward(self, embedding: Tensor, one_hot: Tensor, coords: Tensor) -> Tensor:
        """Predict logits of parts.

        Args:
            embedding: (b, embedding) embeddings.
            one_hot: (b, classes) classes.
            coords: (b, q, 3) query points.

        Returns:
            (b, q, parts) logits.
        """
        logits = self.decoder(self._joint(embedding, one_hot), coords)
        return logits.view(*coords.shape[:2], self.parts)  # of one part it gives (b, q)

    def loss(self, embedding: Tensor, one_hot: Tensor, coords: Tensor, labels: Tensor) -> Tensor:
        """Compute the mean cross-entropy over the parts of all classes.

        Args:
            embedding: (b, embedding) embeddings.
            one_hot: (b, classes) classes.
            coords: (b, q, 3) query points.
            labels: (b, q) int64 numbers of parts.

        Returns:
            () the loss.
        """

        def criterion(logits: Tensor, labels: Tensor) -> Tensor:
            return F.cross_entropy(logits.reshape(-1, self.parts).float(), labels.flatten())

        joint = self._joint(embedding, one_hot)
        return mean_loss(self.decoder, criterion, joint, coords, labels, self.decoder.hidden)

    def _joint(self, embedding: Tensor, one_hot: Tensor) -> Tensor:
        return torch.cat([self.dropout(embedding), one_hot], 1)


def build_part_decoder(description: Mapping) -> PartDecoder:
    """Build an untrained decoder.

    Args:
        description: the arguments of `PartDecoder` by name, but the names of the classes.
    """
    return PartDecoder(
        description["embedding"], len(description["classes"]), description["parts"],
        description["hidden"], description["frequencies"], description["dropout"],
    )  # fmt: skip
