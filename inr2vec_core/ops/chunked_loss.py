"""Losses over very many queries, whose gradients are taken chunk by chunk.

A loss that is a mean over queries can be differentiated a few thousand queries at a time: the
activations of a chunk stay in the processor's cache and are gone before the next one starts,
where autograd would keep those of all queries until the backward pass.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

# Activations of one layer per chunk, in elements; on a CPU per core (docs/performance.md).
CPU_ELEMENTS, GPU_ELEMENTS = 1 << 18, 1 << 27


def chunks(b: int, q: int, most: int) -> Iterator[tuple[slice, slice]]:
    """Slices of (b, q) with at most `most` queries each: whole shapes, or a part of one shape."""
    shapes = max(1, most // q)
    for first in range(0, b, shapes):
        for start in range(0, q, most):
            yield slice(first, min(first + shapes, b)), slice(start, min(start + most, q))


def mean_loss(
    network: nn.Module,
    criterion: Callable[[Tensor, Tensor], Tensor],
    embedding: Tensor,
    coords: Tensor,
    labels: Tensor,
    width: int,
) -> Tensor:
    """criterion(network(embedding, coords), labels), differentiable once.

    Args:
        network: (b, e), (b, q, 3) -> (b, q, ...), without randomness or batch statistics.
        criterion: the mean over all queries it is given.
        embedding: (b, e). coords: (b, q, 3). labels: (b, q).
        width: of the network's layers, which decides how many queries make a chunk.
    """
    elements = GPU_ELEMENTS if coords.is_cuda else CPU_ELEMENTS * torch.get_num_threads()
    most = max(1, elements // width)
    if labels.numel() <= most or not torch.is_grad_enabled():
        return criterion(network(embedding, coords), labels)
    parameters = [p for p in network.parameters() if p.requires_grad]
    parts = list(chunks(*labels.shape[:2], most))
    return _MeanLoss.apply(
        network, criterion, coords, labels, parts, embedding, *parameters
    )  # fmt: skip


class _MeanLoss(torch.autograd.Function):
    """Takes the gradients in the forward pass already; the backward pass only scales them."""

    @staticmethod
    def forward(
        ctx,
        network: nn.Module,
        criterion: Callable[[Tensor, Tensor], Tensor],
        coords: Tensor,
        labels: Tensor,
        parts: Sequence[tuple[slice, slice]],
        embedding: Tensor,
        *parameters: Tensor,
    ) -> Tensor:
        total = embedding.new_zeros(())
        embedding_grad = torch.zeros_like(embedding)
        gradients = [torch.zeros_like(p) for p in parameters]
        for shapes, queries in parts:
            with torch.enable_grad():
                some = embedding[shapes].detach().requires_grad_()
                part_labels = labels[shapes, queries]
                loss = criterion(network(some, coords[shapes, queries]), part_labels)
                loss = loss * (part_labels.numel() / labels.numel())
                of_embedding, *of_parameters = torch.autograd.grad(loss, [some, *parameters])
            total += loss.detach()
            embedding_grad[shapes] += of_embedding
            for gradient, of_part in zip(gradients, of_parameters, strict=True):
                gradient += of_part
        ctx.save_for_backward(embedding_grad, *gradients)
        return total

    @staticmethod
    def backward(ctx, upstream: Tensor):
        return None, None, None, None, None, *[upstream * g for g in ctx.saved_tensors]
