"""Layers of the networks on clouds: linear layers with BatchNorm, and their maximum over points."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from inr2vec_core.ops.layers.linear_max import linear_max


def shared_mlp(widths: Sequence[int], slope: float = 0.0) -> nn.Sequential:
    """Linear layers with BatchNorm and (leaky) ReLU, the same for every row: (n, i) -> (n, o).

    Here and in all networks, layers before BatchNorm have no bias, which BatchNorm would remove.

    Args:
        widths: channels, from the inputs to the outputs of the last layer.
        slope: of negative values; 0 for ReLU.
    """
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), activation(slope)]
    return nn.Sequential(*layers)


def activation(slope: float) -> nn.Module:
    """ReLU, or leaky ReLU where the slope of negative values is not 0; in place."""
    return nn.LeakyReLU(slope, inplace=True) if slope else nn.ReLU(inplace=True)


class PooledLinear(nn.Module):
    """A linear layer with BatchNorm and (leaky) ReLU, and the maximum over each cloud's points.

    The same as the three after each other, in half the time: mean and variance of a linear
    layer's outputs follow from the mean and covariance of its inputs, so BatchNorm is folded into
    the layer before it is applied, and only the maxima, which alone have a gradient, are kept.

    Args:
        inputs: channels of the points.
        outputs: channels of the result.
        slope: of negative values; 0 for ReLU.
    """

    def __init__(self, inputs: int, outputs: int, slope: float = 0.0):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)
        self.norm = nn.BatchNorm1d(outputs)
        self.activation = activation(slope)

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, inputs) -> (b, outputs)."""
        with torch.autocast(x.device.type, enabled=False):
            weight, bias = self._folded(x)
        return self.activation(linear_max(x, weight, bias))

    def _folded(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Weight and bias of the layer with BatchNorm folded into them."""
        weight, norm = self.linear.weight, self.norm
        mean, var = norm.running_mean, norm.running_var
        if self.training:
            rows = x.reshape(-1, x.shape[-1])
            center, covariance = _MeanAndCovariance.apply(rows, weight.dtype)
            mean = weight @ center
            var = ((weight @ covariance) * weight).sum(1)
            update_running(norm, mean, var, len(rows))
        scale = norm.weight * (var + norm.eps).rsqrt()
        return scale.unsqueeze(1) * weight, norm.bias - mean * scale


class _MeanAndCovariance(torch.autograd.Function):
    """Mean and covariance of rows, in another type: (n, c) -> (c,), (c, c).

    The backward pass is one product of the rows' type; autograd would need two.
    """

    @staticmethod
    def forward(ctx, rows: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        wide = rows.to(dtype)
        mean = wide.mean(0)
        centered = wide - mean
        ctx.save_for_backward(rows, mean)
        return mean, centered.T @ centered / len(rows)

    @staticmethod
    def backward(ctx, mean_grad: Tensor, covariance_grad: Tensor) -> tuple[Tensor, None]:
        rows, mean = ctx.saved_tensors
        both = ((covariance_grad + covariance_grad.T) / len(rows)).to(rows.dtype)
        constant = mean_grad / len(rows) - mean @ both.to(mean.dtype)
        return torch.addmm(constant.to(rows.dtype), rows, both), None


@torch.no_grad()
def update_running(norm: nn.BatchNorm1d, mean: Tensor, var: Tensor, n: int) -> None:
    """Update BatchNorm's running mean and variance as BatchNorm does itself.

    Args:
        norm: the layer.
        mean: (c,) the batch's mean.
        var: (c,) the batch's variance, divided by n.
        n: number of values of each channel in the batch.
    """
    norm.num_batches_tracked += 1
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(var * n / (n - 1), norm.momentum)


def head(
    widths: Sequence[int], classes: int, dropout: Sequence[float], slope: float = 0.0
) -> nn.Sequential:
    """The classifier at a network's end: (b, widths[0]) -> logits (b, classes).

    Args:
        widths: channels, from the inputs to the outputs of the last layer with BatchNorm.
        classes: number of logits.
        dropout: the rate after each layer but the last; 0 for none.
        slope: of negative values; 0 for ReLU.
    """
    layers: list[nn.Module] = []
    for (a, b), rate in zip(pairwise(widths), dropout, strict=True):
        layers += [*shared_mlp([a, b], slope), *([nn.Dropout(rate)] if rate else [])]
    return nn.Sequential(*layers, nn.Linear(widths[-1], classes))
