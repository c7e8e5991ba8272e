"""DGCNN (Wang et al.: Dynamic Graph CNN for Learning on Point Clouds, TOG 2019)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .edges import figures_of_edges
from .layers import head, shared_mlp, update_running
from .neighbours import k_nearest, max_and_sum

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
                mean, var = figures_of_edges(theirs, own, total, neighbours)
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
