"""DGCNN (Wang et al.: Dynamic Graph CNN for Learning on Point Clouds, TOG 2019).

Both networks of the paper: classification and part segmentation (Fig. 3).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.baselines.baseline import Baseline
from inr2vec_core.baselines.inputs import CloudInput
from inr2vec_core.baselines.pointnet import matrix_head
from inr2vec_core.ops.interpolate import JoinedLinear
from inr2vec_core.ops.layers.batchnorm_max import BatchNormMax
from inr2vec_core.ops.layers.edge_batchnorm import EdgeBatchNorm, edge_mean_var
from inr2vec_core.ops.layers.mlp import PooledLinear, head, shared_mlp, update_running
from inr2vec_core.ops.neighbors import k_nearest, max_and_sum

SLOPE = 0.2  # of leaky ReLU
SMOOTHING = 0.2  # of labels: the share of all wrong classes together
SEGMENTER_DROPOUT = 0.5
CLOUDS = 8  # at once in evaluation: all edges of a large batch would take gigabytes


def smoothing(classes: int) -> float:
    """The published label smoothing as torch counts it, which gives the right class a share too."""
    return SMOOTHING * classes / max(classes - 1, 1)


def edge_terms(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """W [x_j - x_i, x_i] of edges as the sum of a term of the neighbor j and one of the center i.

    Args:
        x: (b, n, i) features of points.
        weight: (o, 2 i) of a linear layer on edges.

    Returns:
        The terms of neighbors and of centers, (b, n, o) float32 each.
    """
    difference_weight, center_weight = weight.chunk(2, 1)
    # In mixed precision, differences of rounded coordinates would be coarse.
    mixed = torch.is_autocast_enabled(x.device.type) and x.shape[2] > 3
    with torch.autocast(x.device.type, enabled=mixed):
        neighbor = F.linear(x, difference_weight).float()
        return neighbor, F.linear(x, center_weight - difference_weight).float()


class EdgeConv(nn.Module):
    """max over neighbors j of LeakyReLU(BatchNorm(W [x_j - x_i, x_i])).

    W [x_j - x_i, x_i] is the sum of a term of j and a term of i, so the layer is applied to points,
    not to k times as many edges. BatchNorm's mean and variance over the edges follow from sums
    over neighbors. BatchNorm and LeakyReLU keep the order of values (reversed where BatchNorm's
    weight is negative), so they come after the maximum.

    Args:
        inputs: channels of the points.
        outputs: channels of the result.
    """

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.linear = nn.Linear(2 * inputs, outputs, bias=False)
        self.norm = nn.BatchNorm1d(outputs)

    def forward(self, x: Tensor, index: Tensor) -> Tensor:
        """Points (b, n, inputs), their neighbors (b, n, k) int64 -> (b, n, outputs)."""
        norm, sign = self.norm, torch.where(self.norm.weight < 0, -1.0, 1.0)
        neighbor, center = edge_terms(x, sign.unsqueeze(1) * self.linear.weight)
        with torch.autocast(x.device.type, enabled=False):
            max_values, total = max_and_sum(neighbor, index)
            mean, var = sign * norm.running_mean, norm.running_var
            if self.training:
                mean, var = edge_mean_var(neighbor, center, total, index)
                update_running(norm, sign * mean, var, index.numel())
            scale = norm.weight.abs() * (var + norm.eps).rsqrt()
            return F.leaky_relu((max_values + center - mean) * scale + norm.bias, SLOPE)


class DGCNNEncoder(nn.Module):
    """Clouds to a global feature, maximum and mean of all points': (b, n, 3) -> (b, 2048).

    Args:
        neighbors: of each point, in the space of each layer's features.
    """

    width = 2048

    def __init__(self, neighbors: int = 20):
        super().__init__()
        self.neighbors = neighbors
        widths = [3, 64, 64, 128, 256]
        self.edges = nn.ModuleList(map(EdgeConv, widths, widths[1:]))
        self.last = shared_mlp([sum(widths[1:]), 1024], SLOPE)

    def forward(self, points: Tensor) -> Tensor:
        b, n, _ = points.shape
        x, features = points, []
        for edge in self.edges:
            x = edge(x, k_nearest(x, self.neighbors))
            features.append(x)
        x = self.last(torch.cat(features, 2).view(b * n, -1)).view(b, n, -1)
        return torch.cat([x.amax(1), x.mean(1)], 1)


def dgcnn_head(classes: int) -> nn.Sequential:
    """(b, 2048) -> logits (b, classes)."""
    return head([2048, 512, 256], classes, (0.5, 0.5), SLOPE)


class DeepEdgeConv(nn.Module):
    """max over neighbors j of two layers with BatchNorm and leaky ReLU on [x_j - x_i, x_i].

    Args:
        inputs: channels of the points.
        hidden: channels of the first layer.
        outputs: channels of the second layer.
    """

    def __init__(self, inputs: int, hidden: int, outputs: int):
        super().__init__()
        self.linear = nn.Linear(2 * inputs, hidden, bias=False)
        self.edges = EdgeBatchNorm(hidden, SLOPE)
        self.second = nn.Linear(hidden, outputs, bias=False)
        self.pooled = BatchNormMax(outputs, SLOPE)

    def forward(self, x: Tensor, index: Tensor) -> Tensor:
        """Points (b, n, inputs), their neighbors (b, n, k) int64 -> (b, n, outputs)."""
        if self.training:
            return self._convolve(x, index)
        chunks = zip(x.split(CLOUDS), index.split(CLOUDS), strict=True)
        return torch.cat([self._convolve(*chunk) for chunk in chunks])

    def _convolve(self, x: Tensor, index: Tensor) -> Tensor:
        edges = self.edges(*edge_terms(x, self.linear.weight), index)
        return self.pooled(self.second(edges))


class EdgeTransform(nn.Module):
    """A matrix predicted from all edges, at first the identity."""

    def __init__(self):
        super().__init__()
        self.edges = DeepEdgeConv(3, 64, 128)
        self.pooled = PooledLinear(128, 1024, SLOPE)
        self.matrix = matrix_head(3, SLOPE)

    def forward(self, x: Tensor, index: Tensor) -> Tensor:
        """Points (b, n, 3), their neighbors (b, n, k) int64 -> (b, 3, 3)."""
        pooled = self.pooled(self.edges(x, index))
        return self.matrix(pooled).view(-1, 3, 3) + torch.eye(3, device=x.device)


class DGCNNSegmenter(nn.Module):
    """Clouds (b, n, 3) of categories one-hot (b, classes) to logits of parts (b, n, parts).

    Layers are those of the figure, the last one with a bias. What the figure does not say is as in
    the usual PyTorch implementation (An Tao's dgcnn.pytorch): 40 neighbors, leaky ReLU, dropout
    of a half and smoothed labels; the authors' TensorFlow code has 20, ReLU, 0.4 and none.

    Args:
        classes: number of categories.
        parts: number of parts of all categories.
        neighbors: of each point, in the space of each layer's features.
    """

    def __init__(self, classes: int, parts: int, neighbors: int = 40):
        super().__init__()
        self.neighbors = neighbors
        self.transform = EdgeTransform()
        self.first = DeepEdgeConv(3, 64, 64)
        self.second = DeepEdgeConv(64, 64, 64)
        self.third = EdgeConv(64, 64)
        self.pooled = PooledLinear(3 * 64, 1024, SLOPE)
        self.category = shared_mlp([classes, 64], SLOPE)
        self.joined = JoinedLinear(3 * 64, 1024 + 64, 256, SLOPE)
        self.last = nn.Sequential(
            nn.Dropout(SEGMENTER_DROPOUT),
            *head([256, 256, 128], parts, (SEGMENTER_DROPOUT, 0), SLOPE),
        )

    def forward(self, points: Tensor, one_hot: Tensor) -> Tensor:
        b, n, _ = points.shape
        transform = self.transform(points, k_nearest(points, self.neighbors))
        with torch.autocast(points.device.type, enabled=False):
            x = points @ transform.to(points.dtype)
        features = []
        for edge in (self.first, self.second, self.third):
            x = edge(x, k_nearest(x, self.neighbors))
            features.append(x)
        # As narrow as the first features, which mixed precision rounds.
        point_features = torch.cat(features, 2).to(features[0].dtype)
        cloud_feature = torch.cat([self.pooled(point_features), self.category(one_hot)], 1)
        x = self.joined(point_features, cloud_feature.unsqueeze(1))
        return self.last(x.view(b * n, -1)).view(b, n, -1)


BASELINE = Baseline(
    encoder=lambda description: DGCNNEncoder(description["neighbors"]),
    head=lambda description, classes: dgcnn_head(classes),
    inputs=lambda description: CloudInput(description["points"]),
    smoothing=smoothing,
    segmenter=lambda description: DGCNNSegmenter(
        len(description["classes"]), description["parts"], description["neighbors"]
    ),
)
