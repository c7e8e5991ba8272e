"""The decoder that tells the part of any point from a shape's embedding (paper, Fig. 7).

It is inr2vec's implicit decoder, told the shape's class and asked for logits of parts (Section 4
and Appendix F).
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.ops.chunked_loss import mean_loss


class PartDecoder(nn.Module):
    """Embedding, class and query in, logits of all parts of all classes out.

    Args:
        embedding: its length. classes, parts: how many. hidden, frequencies: of the decoder.
        dropout: share of the embedding's numbers that each training step hides (the paper: none),
            so that few shapes are not told apart by some of them alone.

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
        """(b, embedding), (b, classes), (b, q, 3) -> (b, q, parts)."""
        logits = self.decoder(self._joint(embedding, one_hot), coords)
        return logits.view(*coords.shape[:2], self.parts)  # of one part it gives (b, q)

    def loss(self, embedding: Tensor, one_hot: Tensor, coords: Tensor, labels: Tensor) -> Tensor:
        """Mean cross-entropy over the parts of all classes: labels (b, q) -> ()."""

        def criterion(logits: Tensor, labels: Tensor) -> Tensor:
            return F.cross_entropy(logits.reshape(-1, self.parts).float(), labels.flatten())

        joint = self._joint(embedding, one_hot)
        return mean_loss(self.decoder, criterion, joint, coords, labels, self.decoder.hidden)

    def _joint(self, embedding: Tensor, one_hot: Tensor) -> Tensor:
        return torch.cat([self.dropout(embedding), one_hot], 1)


def build_part_decoder(description: Mapping) -> PartDecoder:
    """An untrained decoder.

    Args:
        description: `embedding` (its length), `classes` (their names), `parts` (how many there
            are of all classes), `hidden`, `frequencies` and `dropout`.
    """
    return PartDecoder(
        description["embedding"], len(description["classes"]), description["parts"],
        description["hidden"], description["frequencies"], description["dropout"],
    )  # fmt: skip
