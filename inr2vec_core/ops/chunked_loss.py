"""Losses over very many queries, differentiated chunk by chunk.

A loss that is a mean over queries can be differentiated a few thousand queries at a time. The
activations of a chunk stay in the processor's cache and are freed before the next one starts;
autograd would keep those of all queries until the backward pass.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

# Activations of one layer per chunk, in elements; on a CPU per core (docs/performance.md).
CPU_ELEMENTS, GPU_ELEMENTS = 1 << 18, 1 << 27


def chunks(b: int, q: int, size: int) -> Iterator[tuple[slice, slice]]:
    """Slices of (b, q) with at most `size` queries each: whole shapes, or a part of one shape."""
    shapes = max(1, size // q)
    for first in range(0, b, shapes):
        for start in range(0, q, size):
            yield slice(first, min(first + shapes, b)), slice(start, min(start + size, q))


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
        criterion: outputs and labels -> the mean loss over all queries it is given, ().
        embedding: (b, e).
        coords: (b, q, 3).
        labels: (b, q).
        width: of the network's layers, which decides how many queries make a chunk.

    Returns:
        The loss, ().
    """
    elements = GPU_ELEMENTS if coords.is_cuda else CPU_ELEMENTS * torch.get_num_threads()
    size = max(1, elements // width)
    if labels.numel() <= size or not torch.is_grad_enabled():
        return criterion(network(embedding, coords), labels)
    parameters = [p for p in network.parameters() if p.requires_grad]
    slices = list(chunks(*labels.shape[:2], size))
    return _MeanLoss.apply(network, criterion, coords, labels, slices, embedding, *parameters)


class _MeanLoss(torch.autograd.Function):
    """Takes the gradients in the forward pass already; the backward pass only scales them."""

    @staticmethod
    def forward(
        ctx,
        network: nn.Module,
        criterion: Callable[[Tensor, Tensor], Tensor],
        coords: Tensor,
        labels: Tensor,
        slices: Sequence[tuple[slice, slice]],
        embedding: Tensor,
        *parameters: Tensor,
    ) -> Tensor:
        total = embedding.new_zeros(())
        embedding_grad = torch.zeros_like(embedding)
        gradients = [torch.zeros_like(p) for p in parameters]
        for shapes, queries in slices:
            with torch.enable_grad():
                chunk_embedding = embedding[shapes].detach().requires_grad_()
                chunk_labels = labels[shapes, queries]
                outputs = network(chunk_embedding, coords[shapes, queries])
                loss = criterion(outputs, chunk_labels)
                loss = loss * (chunk_labels.numel() / labels.numel())
                chunk_grads = torch.autograd.grad(loss, [chunk_embedding, *parameters])
            total += loss.detach()
            embedding_grad[shapes] += chunk_grads[0]
            for gradient, chunk_grad in zip(gradients, chunk_grads[1:], strict=True):
                gradient += chunk_grad
        ctx.save_for_backward(embedding_grad, *gradients)
        return total

    @staticmethod
    def backward(ctx, upstream: Tensor):
        return None, None, None, None, None, *[upstream * g for g in ctx.saved_tensors]
