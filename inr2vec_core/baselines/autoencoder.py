"""Autoencoders of clouds: a network's encoder and a fully connected decoder (paper, Table 1).

The decoder and the Chamfer distance are those of Fan, Su, Guibas: A Point Set Generation Network,
CVPR 2017. This Chamfer distance exists beside `ops.chamfer` because it is a loss: of batches, with
a gradient, on the device of the training.
"""

import torch
from torch import Tensor, nn

HIDDEN = 1024


class PointAutoencoder(nn.Module):
    """Clouds (b, n, 3) -> clouds (b, points, 3), through one embedding.

    Args:
        encoder: clouds (b, n, 3) -> (b, encoder.width).
        embedding: length of the embedding.
        points: number of points that are decoded.
    """

    def __init__(self, encoder: nn.Module, embedding: int, points: int):
        super().__init__()
        self.encoder, self.points = encoder, points
        self.narrow = nn.Linear(encoder.width, embedding)
        self.decoder = nn.Sequential(
            nn.Linear(embedding, HIDDEN), nn.ReLU(inplace=True),
            nn.Linear(HIDDEN, HIDDEN), nn.ReLU(inplace=True),
            nn.Linear(HIDDEN, 3 * points),
        )  # fmt: skip

    def embed(self, clouds: Tensor) -> Tensor:
        """Clouds (b, n, 3) -> embeddings (b, embedding)."""
        return self.narrow(self.encoder(clouds))

    def forward(self, clouds: Tensor) -> Tensor:
        """Clouds (b, n, 3) -> clouds (b, points, 3)."""
        return self.decoder(self.embed(clouds)).view(len(clouds), self.points, 3)


def chamfer_loss(a: Tensor, b: Tensor) -> Tensor:
    """Chamfer distance: mean squared nearest distance, summed both ways.

    Args:
        a: (b, n, 3) clouds.
        b: (b, m, 3) clouds.

    Returns:
        The mean over the batch, ().
    """
    with torch.no_grad():
        distance = torch.cdist(a, b)
        nearest_b, nearest_a = distance.argmin(2), distance.argmin(1)
    # Only the nearest have a gradient; through all pairs it would cost far more.
    return _mean_squared(a, b, nearest_b) + _mean_squared(b, a, nearest_a)


def _mean_squared(a: Tensor, b: Tensor, index: Tensor) -> Tensor:
    """Mean squared distance of (b, n, 3) points of a to those of b with an index (b, n)."""
    nearest = b.gather(1, index.unsqueeze(2).expand(-1, -1, 3))
    return (a - nearest).square().sum(2).mean()
