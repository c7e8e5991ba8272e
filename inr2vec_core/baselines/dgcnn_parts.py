"""DGCNN's part segmentation (Wang et al., TOG 2019, Fig. 3)."""

import torch
from torch import Tensor, nn

from .dgcnn import SLOPE, EdgeConv, terms_of_edges
from .edges import NormSums
from .grouped import NormMax
from .layers import PooledLinear, head, shared_mlp
from .neighbours import k_nearest
from .pointnet import matrix_head
from .propagation import JoinedLinear

DROPOUT = 0.5
CLOUDS = 8  # at once in evaluation: all edges of a large batch would take gigabytes


class DeepEdgeConv(nn.Module):
    """max over neighbours j of two layers with BatchNorm and leaky ReLU on [x_j - x_i, x_i].

    (b, n, inputs), (b, n, k) -> (b, n, outputs).
    """

    def __init__(self, inputs: int, hidden: int, outputs: int):
        super().__init__()
        self.linear = nn.Linear(2 * inputs, hidden, bias=False)
        self.edges = NormSums(hidden, SLOPE)
        self.second = nn.Linear(hidden, outputs, bias=False)
        self.most = NormMax(outputs, SLOPE)

    def forward(self, x: Tensor, neighbours: Tensor) -> Tensor:
        if self.training:
            return self._of(x, neighbours)
        pairs = zip(x.split(CLOUDS), neighbours.split(CLOUDS), strict=True)
        return torch.cat([self._of(some, near) for some, near in pairs])

    def _of(self, x: Tensor, neighbours: Tensor) -> Tensor:
        edges = self.edges(*terms_of_edges(x, self.linear.weight), neighbours)
        return self.most(self.second(edges))


class EdgeTransform(nn.Module):
    """A matrix predicted from all edges, the identity at first.

    (b, n, 3), (b, n, k) -> (b, 3, 3).
    """

    def __init__(self):
        super().__init__()
        self.edges = DeepEdgeConv(3, 64, 128)
        self.pooled = PooledLinear(128, 1024, SLOPE)
        self.whole = matrix_head(3, SLOPE)

    def forward(self, x: Tensor, neighbours: Tensor) -> Tensor:
        pooled = self.pooled(self.edges(x, neighbours))
        return self.whole(pooled).view(-1, 3, 3) + torch.eye(3, device=x.device)


class DGCNNParts(nn.Module):
    """Clouds (b, n, 3) of categories one-hot (b, classes) to logits of parts (b, n, parts).

    Layers are those of the figure, the last one with a bias. What the figure does not tell is as in
    the usual PyTorch implementation (An Tao's dgcnn.pytorch): 40 neighbours, leaky ReLU, dropout
    of a half and smoothed labels; the authors' TensorFlow code has 20, ReLU, 0.4 and none.

    Args:
        neighbours: of each point, in the space of each layer's features.
    """

    def __init__(self, classes: int, parts: int, neighbours: int = 40):
        super().__init__()
        self.neighbours = neighbours
        self.transform = EdgeTransform()
        self.first = DeepEdgeConv(3, 64, 64)
        self.second = DeepEdgeConv(64, 64, 64)
        self.third = EdgeConv(64, 64)
        self.pooled = PooledLinear(3 * 64, 1024, SLOPE)
        self.category = shared_mlp([classes, 64], SLOPE)
        self.joined = JoinedLinear(3 * 64, 1024 + 64, 256, SLOPE)
        self.last = nn.Sequential(
            nn.Dropout(DROPOUT), *head([256, 256, 128], parts, (DROPOUT, 0), SLOPE)
        )

    def forward(self, points: Tensor, one_hot: Tensor) -> Tensor:
        b, n, _ = points.shape
        transform = self.transform(points, k_nearest(points, self.neighbours))
        with torch.autocast(points.device.type, enabled=False):
            x = points @ transform.to(points.dtype)
        features = []
        for edge in (self.first, self.second, self.third):
            x = edge(x, k_nearest(x, self.neighbours))
            features.append(x)
        own = torch.cat(features, 2).to(features[0].dtype)  # narrow in mixed precision
        whole = torch.cat([self.pooled(own), self.category(one_hot)], 1)
        x = self.joined(own, whole.unsqueeze(1))
        return self.last(x.view(b * n, -1)).view(b, n, -1)
