"""Auto-encoders of clouds: a network's encoder and a fully connected decoder (paper, Table 1).

The decoder and the Chamfer distance are those of Fan, Su, Guibas: A Point Set Generation Network,
CVPR 2017.
"""

import torch
from torch import Tensor, nn

HIDDEN = 1024


class PointAutoencoder(nn.Module):
    """Clouds (b, n, 3) -> as many points (b, n, 3), through one embedding.

    Args:
        encoder: clouds -> (b, encoder.width).
        embedding: length of the embedding.
        points: that are decoded.
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
        """(b, n, 3) -> (b, embedding)."""
        return self.narrow(self.encoder(clouds))

    def forward(self, clouds: Tensor) -> Tensor:
        """(b, n, 3) -> (b, points, 3)."""
        return self.decoder(self.embed(clouds)).view(len(clouds), self.points, 3)


def chamfer_loss(a: Tensor, b: Tensor) -> Tensor:
    """Mean squared nearest distance, both ways, over clouds: (b, n, 3), (b, m, 3) -> ()."""
    with torch.no_grad():
        distance = torch.cdist(a, b)
        nearest = distance.argmin(2), distance.argmin(1)
    # Only the nearest have a gradient; through all pairs it would cost far more.
    return _squared(a, b, nearest[0]) + _squared(b, a, nearest[1])


def _squared(a: Tensor, b: Tensor, nearest: Tensor) -> Tensor:
    found = b.gather(1, nearest.unsqueeze(2).expand(-1, -1, 3))
    return (a - found).square().sum(2).mean()
