"""Fitting many INRs at once (paper, Appendix B), with the backward pass written by hand.

A batch of b SIRENs is b stacked weight tensors contracted in one product per layer. Nothing
couples two INRs: each has its own queries, its own mean loss, and Adam works element by element.
omega is folded into the weights while fitting: theta' = omega * theta with a learning rate omega
times as large and an epsilon omega times as small is the same Adam trajectory, and saves two
passes over every activation.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .losses import LOSSES, LossAndGradient
from .queries import dequantise
from .siren import SirenShape, unflatten


@dataclass(frozen=True)
class FitSettings:
    """How INRs are fitted; the defaults are the paper's (Appendix F)."""

    steps: int = 500
    queries: int = 10_000
    lr: float = 1e-4
    loss: str = "bce"


class SirenBatch:
    """b SIRENs with folded omega, their gradients and their activation buffers.

    Args:
        flat: (b, n_parameters) initial weights in the flat order of `siren.py`.
        n_queries: queries per INR and step; the buffers' length.
    """

    def __init__(self, flat: Tensor, shape: SirenShape, n_queries: int):
        self.shape, b = shape, len(flat)
        split = shape.n_parameters - shape.n_head
        # Two tensors, because the plain last layer is not scaled by omega.
        self.body = (flat[:, :split] * shape.omega).contiguous()
        self.head = flat[:, split:].clone()
        self.body.grad, self.head.grad = torch.zeros_like(self.body), torch.zeros_like(self.head)
        self._hidden = unflatten(self.body, shape.layers[:-1])
        self._hidden_grads = unflatten(self.body.grad, shape.layers[:-1])
        (self._out,) = unflatten(self.head, shape.layers[-1:])
        (self._out_grads,) = unflatten(self.head.grad, shape.layers[-1:])
        size = (b, n_queries, shape.width)
        self._sines = [flat.new_empty(size) for _ in range(shape.depth)]
        self._cosines = [flat.new_empty(size) for _ in range(shape.depth)]
        self._upstream = flat.new_empty(size)

    def step(self, coords: Tensor, labels: Tensor, loss: LossAndGradient) -> Tensor:
        """Forward and backward: fills the gradients.

        Args: coords (b, q, 3), labels (b, q). Returns: mean loss per INR (b,).
        """
        x = coords
        for (w, bias), sine, cosine in zip(self._hidden, self._sines, self._cosines, strict=True):
            torch.baddbmm(bias, x, w.transpose(1, 2), out=cosine)
            torch.sin(cosine, out=sine)
            cosine.cos_()
            x = sine
        w, bias = self._out
        outputs = torch.baddbmm(bias, x, w.transpose(1, 2)).squeeze(2)
        value, grad = loss(outputs, labels)

        w_grad, b_grad = self._out_grads
        torch.bmm(grad.unsqueeze(1), x, out=w_grad)
        torch.sum(grad, 1, out=b_grad[:, 0, 0])
        upstream = torch.mul(grad.unsqueeze(2), w, out=self._upstream)  # (b, q, 1) * (b, 1, width)
        for k in reversed(range(self.shape.depth)):
            delta = self._cosines[k].mul_(upstream)
            below = self._sines[k - 1] if k else coords
            w_grad, b_grad = self._hidden_grads[k]
            w_grad.copy_(torch.bmm(delta.transpose(1, 2), below))
            b_grad.copy_(delta.sum(1, keepdim=True))
            if k:
                torch.bmm(delta, self._hidden[k][0], out=upstream)
        return value

    def flat(self) -> Tensor:
        """The weights as they are stored, omega unfolded: (b, n_parameters)."""
        return torch.cat([self.body / self.shape.omega, self.head], 1)


def fit(
    initial: Tensor, stored: Tensor, shape: SirenShape, settings: FitSettings, offsets: Tensor
) -> tuple[Tensor, Tensor]:
    """Fit b INRs on their stored queries.

    Args:
        initial: (b, n_parameters) initial weights.
        stored: (b, n, 4) int16 quantised queries in random order (`queries.py`); read as
            consecutive blocks from each shape's own offset, round and round: draws without
            replacement, and contiguous in memory.
        offsets: (b,) where each shape starts.

    Returns:
        Weights (b, n_parameters) and the mean loss of the last tenth of the steps (b,).
        An INR that diverged has a loss of NaN; its neighbours are not touched.
    """
    n, q = stored.shape[1], min(settings.queries, stored.shape[1])
    batch = SirenBatch(initial, shape, q)
    omega, eps = shape.omega, 1e-8
    adam = torch.optim.Adam(
        [{"params": [batch.body], "lr": settings.lr * omega, "eps": eps / omega},
         {"params": [batch.head], "lr": settings.lr, "eps": eps}],
        fused=True,
    )  # fmt: skip
    loss = LOSSES[settings.loss]
    last = max(1, settings.steps // 10)
    total = initial.new_zeros(len(initial))
    starts = offsets.tolist()
    for step in range(settings.steps):
        block = torch.stack(
            [_block(s, (o + step * q) % n, q) for s, o in zip(stored, starts, strict=True)]
        )
        coords, labels = dequantise(block)
        value = batch.step(coords, labels, loss)
        adam.step()
        if step >= settings.steps - last:
            total += value
    return batch.flat(), total / last


def _block(stored: Tensor, start: int, length: int) -> Tensor:
    """`length` consecutive rows from `start`, going round at the end."""
    rest = start + length - len(stored)
    return (
        stored[start : start + length] if rest <= 0 else torch.cat([stored[start:], stored[:rest]])
    )
