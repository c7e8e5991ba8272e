"""DGCNN (Wang et al.: Dynamic Graph CNN for Learning on Point Clouds, TOG 2019).

DGCNN's part segmentation (Wang et al., TOG 2019, Fig. 3).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.baselines.pointnet import matrix_head
from inr2vec_core.ops.batchnorm_max import BatchNormMax
from inr2vec_core.ops.edge_batchnorm import EdgeBatchNorm, edge_mean_var
from inr2vec_core.ops.interpolate import JoinedLinear
from inr2vec_core.ops.mlp import PooledLinear, head, shared_mlp, update_running
from inr2vec_core.ops.neighbors import k_nearest, max_and_sum

SLOPE = 0.2


SMOOTHING = 0.2  # of labels: what the wrong classes get together


def smoothing(classes: int) -> float:
    """The published smoothing of labels as torch counts it, which gives the right one a share."""
    return SMOOTHING * classes / max(classes - 1, 1)


class EdgeConv(nn.Module):
    """max over neighbours j of LeakyReLU(BatchNorm(W [x_j - x_i, x_i])): -> (b, n, outputs).

    W [x_j - x_i, x_i] is a sum of a term of j and a term of i, so the layer is applied to points,
    not to k times as many edges. BatchNorm's mean and variance over the edges follow from sums
    over neighbours; it and LeakyReLU keep the order of values (reversed where BatchNorm's weight
    is negative), and come after the maximum.
    """

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.linear = nn.Linear(2 * inputs, outputs, bias=False)
        self.norm = nn.BatchNorm1d(outputs)

    def forward(self, x: Tensor, neighbours: Tensor) -> Tensor:
        """(b, n, inputs), (b, n, k) -> (b, n, outputs)."""
        norm, sign = self.norm, torch.where(self.norm.weight < 0, -1.0, 1.0)
        theirs, own = terms_of_edges(x, sign.unsqueeze(1) * self.linear.weight)
        with torch.autocast(x.device.type, enabled=False):
            most, total = max_and_sum(theirs, neighbours)
            mean, var = sign * norm.running_mean, norm.running_var
            if self.training:
                mean, var = edge_mean_var(theirs, own, total, neighbours)
                update_running(norm, sign * mean, var, neighbours.numel())
            scale = norm.weight.abs() * (var + norm.eps).rsqrt()
            return F.leaky_relu((most + own - mean) * scale + norm.bias, SLOPE)


def terms_of_edges(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """W [x_j - x_i, x_i] as the sum of a term of j and one of i.

    Args: x (b, n, i), weight (o, 2 i).

    Returns: both terms, (b, n, o) float32.
    """
    of_other, of_own = weight.chunk(2, 1)
    # Rounded coordinates would leave coarse differences in mixed precision.
    mixed = torch.is_autocast_enabled(x.device.type) and x.shape[2] > 3
    with torch.autocast(x.device.type, enabled=mixed):
        return F.linear(x, of_other).float(), F.linear(x, of_own - of_other).float()


class DGCNNEncoder(nn.Module):
    """Clouds to a global feature, maximum and mean of all points': (b, n, 3) -> (b, 2048).

    Args:
        neighbours: of each point, in the space of each layer's features.
    """

    width = 2048

    def __init__(self, neighbours: int = 20):
        super().__init__()
        self.neighbours = neighbours
        widths = [3, 64, 64, 128, 256]
        self.edges = nn.ModuleList(map(EdgeConv, widths, widths[1:]))
        self.last = shared_mlp([sum(widths[1:]), 1024], SLOPE)

    def forward(self, points: Tensor) -> Tensor:
        b, n, _ = points.shape
        x, features = points, []
        for edge in self.edges:
            x = edge(x, k_nearest(x, self.neighbours))
            features.append(x)
        x = self.last(torch.cat(features, 2).view(b * n, -1)).view(b, n, -1)
        return torch.cat([x.amax(1), x.mean(1)], 1)


def dgcnn_head(classes: int) -> nn.Sequential:
    """(b, 2048) -> logits (b, classes)."""
    return head([2048, 512, 256], classes, (0.5, 0.5), SLOPE)


DROPOUT = 0.5


CLOUDS = 8  # at once in evaluation: all edges of a large batch would take gigabytes


class DeepEdgeConv(nn.Module):
    """max over neighbours j of two layers with BatchNorm and leaky ReLU on [x_j - x_i, x_i].

    (b, n, inputs), (b, n, k) -> (b, n, outputs).
    """

    def __init__(self, inputs: int, hidden: int, outputs: int):
        super().__init__()
        self.linear = nn.Linear(2 * inputs, hidden, bias=False)
        self.edges = EdgeBatchNorm(hidden, SLOPE)
        self.second = nn.Linear(hidden, outputs, bias=False)
        self.most = BatchNormMax(outputs, SLOPE)

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
