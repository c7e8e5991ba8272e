"""inr2vec's encoder: an INR's weights in, one embedding out (paper, Section 3, Fig. 12)."""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_linear_bn_weights

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.siren import rows
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.layers.batchnorm_relu import batchnorm_relu
from inr2vec_core.ops.layers.linear_max import linear_max

CPU_ROWS = 1536  # embedded at once, so that their activations stay in the cache


class Encoder(nn.Module):
    """Each row of the stacked hidden weights through the same layers, then the maximum over rows.

    Args:
        siren: sizes of the INRs; the first layer reads rows of `siren.width` weights.
        hidden: widths of the layers with BatchNorm and ReLU.
        embedding: length of the embedding, the output of one more plain linear layer.
        differences: read the weights' differences from the initial weights that the INRs share,
            scaled to the mean square 1, where the paper reads plain weights. What all INRs changed
            alike stays: by it an encoder knows one row from another.

    >>> encoder = Encoder(SirenConfig(512, 4))
    >>> sum(p.numel() for p in encoder.parameters())
    3155968
    """

    def __init__(
        self,
        siren: SirenConfig,
        hidden: Sequence[int] = (512, 512, 1024, 1024),
        embedding: int = 1024,
        differences: bool = False,
    ):
        super().__init__()
        self.siren, self.differences = siren, differences
        if differences:
            self.register_buffer("init", torch.zeros(siren.n_parameters))
            self.register_buffer("scale", torch.ones(()))
        widths = [siren.width, *hidden]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(nn.BatchNorm1d(b) for b in hidden)
        self.last = nn.Linear(hidden[-1], embedding)

    def matrix(self, flat: Tensor) -> Tensor:
        """The rows that are read: (b, n_parameters) -> (b, n_rows, width)."""
        return rows(flat, self.siren)

    @torch.no_grad()
    def calibrate(self, flat: Tensor, init: Tensor | None) -> None:
        """Take the initial weights and the one scale of differences.

        Args:
            flat: (n, n_parameters) weights of training INRs.
            init: (n_parameters,) what they start from; None where each has its own.

        Raises:
            InputError: differences are wanted and there is no shared init.
        """
        if self.differences:
            if init is None:
                raise InputError(
                    "INRs that start from weights of their own have no difference from a shared "
                    "init: set `options: {differences: false}`, or another `init` of the INRs"
                )
            self.init.copy_(init)
            hidden = self.matrix(flat - self.init)
            self.scale.copy_(hidden.square().mean().sqrt().clamp_min(1e-12))

    def forward(self, flat: Tensor) -> Tensor:
        """Flat weights (b, n_parameters) -> embeddings (b, embedding)."""
        if self.differences:
            flat = (flat - self.init) / self.scale
        matrix = self.matrix(flat)
        if not (self.training or torch.is_grad_enabled()):
            return self._embed(matrix)
        for layer, norm in zip(self.layers, self.norms, strict=True):  # every row is a sample
            matrix = batchnorm_relu(layer(matrix), norm)
        return linear_max(matrix, self.last.weight, self.last.bias)

    def _embed(self, matrix: Tensor) -> Tensor:
        """The same with BatchNorm folded into the layers, and few INRs at a time on a CPU."""
        layers = [
            fuse_linear_bn_weights(
                layer.weight, layer.bias,
                norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias,
            )
            for layer, norm in zip(self.layers, self.norms, strict=True)
        ]  # fmt: skip
        b, n, _ = matrix.shape
        embeddings = []
        for chunk in matrix.split(b if matrix.is_cuda else max(1, CPU_ROWS // n)):
            x = chunk.reshape(len(chunk) * n, -1)
            for weight, bias in layers:
                x = F.linear(x, weight, bias).relu_()
            embeddings.append(self.last(x).view(len(chunk), n, -1).amax(1))
        return torch.cat(embeddings)
