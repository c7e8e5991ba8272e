"""inr2vec's encoder: an INR's weights in, one embedding out (paper, Section 3, Fig. 12)."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from .siren import SirenShape, rows


class Inr2vecEncoder(nn.Module):
    """Each row of the stacked hidden weights through the same layers, then the maximum over rows.

    Args:
        shape: the INRs' sizes; the first layer reads rows of `shape.width`.
        hidden: widths of the layers with BatchNorm and ReLU.
        embedding: length of the embedding, written by one more plain linear layer.

    >>> encoder = Inr2vecEncoder(SirenShape(512, 4))
    >>> sum(p.numel() for p in encoder.parameters())
    3155968
    """

    def __init__(
        self,
        shape: SirenShape,
        hidden: Sequence[int] = (512, 512, 1024, 1024),
        embedding: int = 1024,
    ):
        super().__init__()
        self.shape, self.embedding = shape, embedding
        widths = [shape.width, *hidden]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(nn.BatchNorm1d(b) for b in hidden)
        self.last = nn.Linear(hidden[-1], embedding)

    def forward(self, flat: Tensor) -> Tensor:
        """(b, n_parameters) flat weights -> (b, embedding)."""
        matrix = rows(flat, self.shape)
        b, n, _ = matrix.shape
        x = matrix.reshape(b * n, -1)  # (b * rows, width): BatchNorm sees every row as a sample
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = norm(layer(x)).relu_()
        return self.last(x).view(b, n, -1).amax(1)


ENCODERS: dict[str, type[nn.Module]] = {"inr2vec": Inr2vecEncoder}
