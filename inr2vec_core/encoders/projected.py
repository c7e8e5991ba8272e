"""An encoder that knows each weight's place: layers' matrices projected from both sides, one MLP.

The shared initialisation gives every weight a fixed role, which the published encoder's maximum
over rows forgets. Here all layers count, relative to what the training INRs have in common.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from inr2vec_core.encoders._weight_stats import mean_and_scale
from inr2vec_core.errors import InputError
from inr2vec_core.inrs.siren import SirenConfig, unflatten
from inr2vec_core.ops.mlp import shared_mlp

AT_ONCE = 32  # INRs in a step of a sum over many, which at 512 x 4 are gigabytes


class Encoder(nn.Module):
    """Standardised weights; of each hidden matrix W a small L W R; all of it through an MLP.

    Args:
        shape: the INRs' sizes. hidden: widths of the layers with BatchNorm and ReLU.
        embedding: length of the embedding, written by one more plain linear layer.
        rank: rows and columns of each projected matrix; not below the INRs' width, the matrices
            are taken whole.
        dropout: of the projected matrices' entries, in training.

    >>> encoder = Encoder(SirenConfig(512, 4), [512], 1024, rank=64)
    >>> sum(p.numel() for p in encoder.parameters())
    9144834
    """

    def __init__(
        self,
        shape: SirenConfig,
        hidden: Sequence[int],
        embedding: int,
        rank: int = 64,
        dropout: float = 0.0,
    ):
        super().__init__()
        if rank < 1:
            raise InputError(f"an encoder of type projected: rank must be at least 1, not {rank}")
        self.shape = shape
        n, inner = shape.width, shape.depth - 1
        self.register_buffer("mean", torch.zeros(shape.n_parameters))
        self.register_buffer("scale", torch.ones(shape.n_parameters))
        self.whole = rank >= n
        size = shape.n_parameters
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
    def calibrate(self, flat: Tensor) -> None:
        """Take mean and spread of each weight, and the directions in which matrices differ most.

        The directions are the leading eigenvectors of the mean of W Wᵀ and Wᵀ W, of standardised
        matrices (higher-order singular value decomposition); training goes on from there.

        Args: flat: (n, n_parameters) weights of training INRs, n >= 2.
        """
        mean, scale = mean_and_scale(flat)
        self.mean.copy_(mean)
        self.scale.copy_(scale)
        if self.whole:
            return
        rank, rows, columns = self.left.shape[1], 0.0, 0.0
        for some in flat.split(AT_ONCE):
            matrices, _ = self._parts(some)
            rows += torch.einsum("blij,blkj->lik", matrices, matrices)
            columns += torch.einsum("blji,bljk->lik", matrices, matrices)
        self.left.copy_(torch.linalg.eigh(rows).eigenvectors[..., -rank:].mT)
        self.right.copy_(torch.linalg.eigh(columns).eigenvectors[..., -rank:])

    def _parts(self, flat: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Standardised hidden matrices (b, depth - 1, width, width), and everything else."""
        x = (flat - self.mean) / self.scale
        (first, first_bias), *inner, (last, last_bias) = unflatten(x, self.shape.layers)
        matrices = torch.stack([weight for weight, _ in inner], 1)
        rest = [first, first_bias, *(bias for _, bias in inner), last, last_bias]
        return matrices, [part.flatten(1) for part in rest]

    def forward(self, flat: Tensor) -> Tensor:
        """(b, n_parameters) flat weights -> (b, embedding)."""
        matrices, rest = self._parts(flat)
        if not self.whole:
            matrices = self.left @ matrices @ self.right
        x = torch.cat([matrices.flatten(1), *rest], 1)
        return self.mlp(self.dropout(self.norm(x)))
