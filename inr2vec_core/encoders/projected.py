"""An encoder that uses each weight's position: projected matrices of all layers through one MLP.

The shared initialization gives every weight a fixed role, which the published encoder's maximum
over rows discards. Here all layers count, relative to what the training INRs have in common.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from inr2vec_core.encoders._weight_stats import mean_and_scale
from inr2vec_core.errors import InputError
from inr2vec_core.inrs.siren import unflatten
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.layers.mlp import shared_mlp

CHUNK = 32  # INRs in a step of a sum over many, which at 512 x 4 are gigabytes


class Encoder(nn.Module):
    """Standardized weights, each hidden matrix W projected to a small L W R, through an MLP.

    Args:
        siren: sizes of the INRs.
        hidden: widths of the layers with BatchNorm and ReLU.
        embedding: length of the embedding, the output of one more plain linear layer.
        rank: rows and columns of each projected matrix; from the INRs' width on, matrices are not
            projected.
        dropout: of the projected matrices' entries, in training.

    >>> encoder = Encoder(SirenConfig(512, 4), [512], 1024, rank=64)
    >>> sum(p.numel() for p in encoder.parameters())
    9144834
    """

    def __init__(
        self,
        siren: SirenConfig,
        hidden: Sequence[int],
        embedding: int,
        rank: int = 64,
        dropout: float = 0.0,
    ):
        super().__init__()
        if rank < 1:
            raise InputError(f"an encoder of type projected: rank must be at least 1, not {rank}")
        self.siren = siren
        n, inner = siren.width, siren.depth - 1
        self.register_buffer("mean", torch.zeros(siren.n_parameters))
        self.register_buffer("scale", torch.ones(siren.n_parameters))
        self.whole = rank >= n
        size = siren.n_parameters
        if not self.whole:
            self.left = nn.Parameter(torch.randn(inner, rank, n) / n**0.5)
            self.right = nn.Parameter(torch.randn(inner, n, rank) / n**0.5)
            size += inner * (rank**2 - n**2)
        # What is not projected has mean 0 and variance 1 already.
        self.norm = nn.Identity() if self.whole else nn.BatchNorm1d(size)
        self.dropout = nn.Dropout(dropout)
        widths = [size, *hidden]
        self.mlp = nn.Sequential(*shared_mlp(widths), nn.Linear(widths[-1], embedding))

    @torch.no_grad()
    def calibrate(self, flat: Tensor, init: Tensor | None) -> None:
        """Take mean and spread of each weight, and the directions in which matrices differ most.

        The directions are the leading eigenvectors of the mean of W Wᵀ and Wᵀ W, of standardized
        matrices (higher-order singular value decomposition). Training starts from them.

        Args:
            flat: (n, n_parameters) weights of training INRs, n >= 2.
            init: not read: what INRs share is in their mean.

        Raises:
            InputError: there are fewer than two INRs.
        """
        mean, scale = mean_and_scale(flat)
        self.mean.copy_(mean)
        self.scale.copy_(scale)
        if self.whole:
            return
        rank, rows, columns = self.left.shape[1], 0.0, 0.0
        for chunk in flat.split(CHUNK):
            matrices, _ = self._standardized(chunk)
            rows += torch.einsum("blij,blkj->lik", matrices, matrices)
            columns += torch.einsum("blji,bljk->lik", matrices, matrices)
        self.left.copy_(torch.linalg.eigh(rows).eigenvectors[..., -rank:].mT)
        self.right.copy_(torch.linalg.eigh(columns).eigenvectors[..., -rank:])

    def _standardized(self, flat: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Standardized hidden matrices (b, depth - 1, width, width), and all other weights."""
        x = (flat - self.mean) / self.scale
        (first, first_bias), *inner, (last, last_bias) = unflatten(x, self.siren.layers)
        matrices = torch.stack([weight for weight, _ in inner], 1)
        rest = [first, first_bias, *(bias for _, bias in inner), last, last_bias]
        return matrices, [tensor.flatten(1) for tensor in rest]

    def forward(self, flat: Tensor) -> Tensor:
        """Flat weights (b, n_parameters) -> embeddings (b, embedding)."""
        matrices, rest = self._standardized(flat)
        if not self.whole:
            matrices = self.left @ matrices @ self.right
        x = torch.cat([matrices.flatten(1), *rest], 1)
        return self.mlp(self.dropout(self.norm(x)))
