"""OccupancyNetworks: an encoder of a shape's points, a decoder that the code conditions.

Mescheder, Oechsle, Niemeyer, Nowozin, Geiger: Occupancy Networks, CVPR 2019. Sizes and training
are those of the authors' code for point clouds (github.com/autonomousvision/occupancy_networks,
configs/pointcloud/onet.yaml, im2mesh/encoder/pointnet.py, im2mesh/onet/models/decoder.py,
im2mesh/layers.py). There the labels are occupancies; the paper that this project follows fits
signed distances with it, so labels are here those of the shapes' modality, by the same cross-
entropy. For voxels the authors have an encoder of 3D convolutions; here all forms of shapes are
encoded from points: a cloud's own, points drawn on a mesh, the centers of occupied voxels. How
many steps they train is not published: `epochs` is a choice.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.shared_networks._base import ShapeBatch, SharedNetwork

PUBLISHED = {
    "embedding": 512,
    "queries": 2048,
    "batch": 64,
    "lr": 1e-4,
    "schedule": "constant",
    "epochs": 2000,
}
BLOCKS = 5


class Network(SharedNetwork):
    """The points' encoder and the conditioned decoder.

    Args:
        shapes: the number of training shapes; it keeps nothing of them.
        embedding: length of a code.
        encoder_hidden: width of the encoder.
        hidden: width of the decoder.
        points: points of a shape that the encoder reads.
        noise: standard deviation of the noise that they have in training.
    """

    def __init__(
        self,
        shapes: int,
        embedding: int = 512,
        encoder_hidden: int = 512,
        hidden: int = 256,
        points: int = 300,
        noise: float = 0.005,
    ):
        super().__init__()
        self.hidden, self.points, self.noise = hidden, points, noise
        self.encoder = PointEncoder(embedding, encoder_hidden)
        self.decoder = ConditionedDecoder(embedding, hidden)

    def forward(self, codes: Tensor, coords: Tensor) -> Tensor:
        """Codes (b, e) and queries (b, q, 3) -> logits (b, q)."""
        return self.decoder(codes, coords)

    def training_loss(self, batch: ShapeBatch) -> Tensor:
        """Cross-entropy of the labels."""
        points = batch.points + self.noise * torch.randn_like(batch.points)
        logits = self(self.encoder(points), batch.coords)
        return F.binary_cross_entropy_with_logits(logits.to(batch.labels), batch.labels)

    @torch.no_grad()
    def represent(self, batch: ShapeBatch, seed: int = 0) -> Tensor:
        """The encoder's codes of the points, without noise."""
        return self.encoder(batch.points)

    def queries_to_represent(self, queries: int) -> int:
        """None: the encoder reads points alone."""
        return 0


class PointEncoder(nn.Module):
    """ResNet blocks on each point; every block but the first also reads the maximum over points.

    Args:
        embedding: length of a code.
        hidden: width of the blocks.
    """

    def __init__(self, embedding: int, hidden: int):
        super().__init__()
        self.first = nn.Linear(3, 2 * hidden)
        self.blocks = nn.ModuleList(PointBlock(hidden) for _ in range(BLOCKS))
        self.last = nn.Linear(hidden, embedding)

    def forward(self, points: Tensor) -> Tensor:
        """Points (b, p, 3) -> codes (b, embedding)."""
        first, *others = self.blocks
        x = first.of_points(self.first(points))
        for block in others:
            x = block(x, x.amax(1, keepdim=True))
        return self.last(x.amax(1).relu())


class PointBlock(nn.Module):
    """A ResNet block that halves the width, with a linear map beside it.

    Args:
        hidden: width of its output; it reads twice as much.
    """

    def __init__(self, hidden: int):
        super().__init__()
        self.inner, self.outer = nn.Linear(2 * hidden, hidden), nn.Linear(hidden, hidden)
        self.shortcut = nn.Linear(2 * hidden, hidden, bias=False)
        nn.init.zeros_(self.outer.weight)

    def of_points(self, x: Tensor) -> Tensor:
        """Features (b, p, 2h) -> (b, p, h)."""
        return self.shortcut(x) + self.outer(self.inner(x.relu()).relu())

    def forward(self, x: Tensor, pooled: Tensor) -> Tensor:
        """Features (b, p, h) and what all points share (b, 1, h) -> (b, p, h).

        The same as of both side by side, but what is shared is multiplied once a shape.
        """
        h = x.shape[-1]
        split = [w.split(h, 1) for w in (self.inner.weight, self.shortcut.weight)]
        (inner, inner_pooled), (shortcut, shortcut_pooled) = split
        beside = F.linear(pooled.relu(), inner_pooled, self.inner.bias)
        inside = (F.linear(x.relu(), inner) + beside).relu_()
        return F.linear(x, shortcut) + F.linear(pooled, shortcut_pooled) + self.outer(inside)


class ConditionedDecoder(nn.Module):
    """ResNet blocks on each query, conditioned on a code by their BatchNorms.

    Args:
        embedding: length of a code.
        hidden: width of the blocks.
    """

    def __init__(self, embedding: int, hidden: int):
        super().__init__()
        self.first = nn.Linear(3, hidden)
        self.blocks = nn.ModuleList(ConditionedBlock(embedding, hidden) for _ in range(BLOCKS))
        self.norm = ConditionalBatchNorm(embedding, hidden)
        self.last = nn.Linear(hidden, 1)

    def forward(self, codes: Tensor, coords: Tensor) -> Tensor:
        """Codes (b, e) and queries (b, q, 3) -> logits (b, q)."""
        x = self.first(coords)
        for block in self.blocks:
            x = block(x, codes)
        return self.last(self.norm(x, codes).relu_()).squeeze(-1)


class ConditionedBlock(nn.Module):
    """A ResNet block whose two BatchNorms a code conditions.

    Args:
        embedding: length of a code.
        hidden: width.
    """

    def __init__(self, embedding: int, hidden: int):
        super().__init__()
        self.norms = nn.ModuleList(ConditionalBatchNorm(embedding, hidden) for _ in range(2))
        self.layers = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(2))
        nn.init.zeros_(self.layers[1].weight)

    def forward(self, x: Tensor, codes: Tensor) -> Tensor:
        """Features (b, q, h) and codes (b, e) -> (b, q, h)."""
        y = x
        for norm, layer in zip(self.norms, self.layers, strict=True):
            y = layer(norm(y, codes).relu_())
        return x + y


class ConditionalBatchNorm(nn.Module):
    """BatchNorm over all queries of all shapes, then a scale and a shift of each shape's own.

    Args:
        embedding: length of a code.
        features: channels.
    """

    def __init__(self, embedding: int, features: int):
        super().__init__()
        self.norm = nn.BatchNorm1d(features, affine=False)
        self.scale, self.shift = (nn.Linear(embedding, features) for _ in range(2))
        for layer, start in ((self.scale, 1.0), (self.shift, 0.0)):
            nn.init.zeros_(layer.weight)
            nn.init.constant_(layer.bias, start)

    def forward(self, x: Tensor, codes: Tensor) -> Tensor:
        """Features (b, q, h) and codes (b, e) -> (b, q, h)."""
        normal = self.norm(x.flatten(0, 1)).view(x.shape)
        return torch.addcmul(self.shift(codes)[:, None], normal, self.scale(codes)[:, None])
