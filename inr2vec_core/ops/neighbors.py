"""Neighborhoods in batches of clouds: k nearest, balls, farthest points, and sums over them.

On a CPU these are compiled loops, one thread a cloud; elsewhere torch's operations, with which
tests compare the loops. PyTorch Geometric has the same operations only through extensions that
must be compiled against the installed torch; Open3D takes one cloud at a time.

Why this search exists beside others: the networks search the features of every layer anew, k
neighbors of each point in up to hundreds of dimensions, where trees do not pay. Farthest points of
a cloud that is stored are taken in float64 from a random start (`geometry.surface`, by Open3D);
here they are taken in float32, for a batch, on its device, from a start that is always the same.
"""

import numpy as np
import torch
import torch.nn.functional as F
from numba import njit
from torch import Tensor

from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import each_cloud

PAIRS = 1 << 25  # distances held at once


def k_nearest(points: Tensor, k: int) -> Tensor:
    """The k nearest points of each point, itself among them.

    Args:
        points: (b, n, c) coordinates or features.
        k: number of neighbors; all n where there are no more.

    Returns:
        (b, n, k) int64, in any order.
    """
    b, n, _ = points.shape
    k = min(k, n)
    points = points.detach().float()
    found = torch.empty(b, n, k, dtype=torch.int64, device=points.device)
    squares = points.square().sum(2)
    rows = max(1, PAIRS // (b * n))
    for start in range(0, n, rows):
        chunk = points[:, start : start + rows]
        # Squared distances without the square of each row's own point, which ranks nothing.
        with torch.autocast(points.device.type, enabled=False):
            distance = torch.baddbmm(squares.unsqueeze(1), chunk, points.mT, alpha=-2)
        found_chunk = found[:, start : start + rows]
        if points.is_cuda:
            found_chunk.copy_(distance.topk(k, 2, largest=False, sorted=False).indices)
        else:
            each_cloud(_k_smallest_of_rows, b, distance, found_chunk)
    return found


def ball_query(centers: Tensor, points: Tensor, radius: float, k: int) -> Tensor:
    """The first k points within a ball around each center (PointNet++, Section 3.2).

    Where a ball has fewer, its first point is repeated, as published.

    Args:
        centers: (b, m, 3), each of them one of the points.
        points: (b, n, 3).
        radius: of the balls, in the points' unit.
        k: points taken of each ball.

    Returns:
        (b, m, k) int64.
    """
    if points.is_cuda:
        return _ball_query_by_torch(centers, points, radius, k)
    b, m, _ = centers.shape
    found = torch.empty(b, m, k, dtype=torch.int64)
    centers, points = centers.float().contiguous(), points.float().contiguous()
    each_cloud(_first_in_ball, b, centers, points, radius, found)
    return found


def _ball_query_by_torch(centers: Tensor, points: Tensor, radius: float, k: int) -> Tensor:
    n = points.shape[1]
    place = torch.arange(n, device=points.device).expand(len(points), centers.shape[1], n)
    place = place.masked_fill(squared_distances(centers, points) > radius**2, n)
    found = F.pad(place.sort(2).values[..., :k], (0, max(0, k - n)), value=n)
    return torch.where(found == n, found[..., :1], found)


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared distances of all pairs, by differences: (b, m, 3), (b, n, 3) -> (b, m, n)."""
    return (a.unsqueeze(2) - b.unsqueeze(1)).square().sum(3)


def farthest_points(points: Tensor, m: int) -> Tensor:
    """Farthest-point sampling from the point farthest from the mean.

    The order of the points therefore does not matter.

    Args:
        points: (b, n, 3).
        m: number of points to choose, at most n.

    Returns:
        (b, m) int64.
    """
    points = points.detach().float().contiguous()
    start = (points - points.mean(1, keepdim=True)).square().sum(2).argmax(1)
    if not points.is_cuda:
        found = torch.empty(len(points), m, dtype=torch.int64)
        each_cloud(_farthest, len(points), points, start, found)
        return found
    chosen, cloud = [start], torch.arange(len(points), device=points.device)
    distance = torch.full(points.shape[:2], torch.inf, device=points.device)
    for _ in range(m - 1):
        last = points[cloud, chosen[-1]].unsqueeze(1)
        distance = torch.minimum(distance, (points - last).square().sum(2))
        chosen.append(distance.argmax(1))
    return torch.stack(chosen, 1)


def gathered(x: Tensor, index: Tensor) -> Tensor:
    """Rows of each cloud by their index: (b, n, c), (b, ...) int64 -> (b, ..., c)."""
    b, n, c = x.shape
    return x.reshape(b * n, c).index_select(0, stacked(index, n)).view(*index.shape, c)


def stacked(index: Tensor, n: int) -> Tensor:
    """Indices into each of b clouds of n points as indices into all: (b, ...) -> (m,)."""
    b = len(index)
    offset = torch.arange(0, b * n, n, device=index.device).view(b, *[1] * (index.dim() - 1))
    return (index + offset).flatten()


def max_and_sum(x: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Maximum and sum over neighbors: (b, n, c), (b, m, k) int64 -> (b, m, c) twice."""
    if x.is_cuda:
        neighbors = gathered(x, index)
        return neighbors.amax(2), neighbors.sum(2)
    return _MaxAndSum.apply(x, index)


class _MaxAndSum(torch.autograd.Function):
    """`max_and_sum` without the (b, m, k, c) array of all neighbors."""

    @staticmethod
    def forward(ctx, x: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
        x = x.contiguous()
        b, _, c = x.shape
        shape = (b, index.shape[1], c)
        max_values, total = torch.empty(shape), torch.empty(shape)
        argmax = torch.empty(shape, dtype=torch.int32)
        each_cloud(_gather, b, x, index, max_values, total, argmax)
        ctx.save_for_backward(index, argmax)
        ctx.n = x.shape[1]
        return max_values, total

    @staticmethod
    def backward(ctx, max_grad: Tensor, total_grad: Tensor) -> tuple[Tensor, None]:
        index, argmax = ctx.saved_tensors
        b, _, c = argmax.shape
        x_grad = torch.zeros(b, ctx.n, c)
        each_cloud(
            _scatter, b, max_grad.contiguous(), total_grad.contiguous(), index, argmax, x_grad
        )
        return x_grad, None


@njit(inline="always")
def k_smallest(values, smallest, index):
    """The k smallest of (n,) values, ascending, NaN left out; of equal ones the first come first.

    Writes `smallest` (k,) and where they are, `index` (k,). Where there are fewer than k numbers,
    the rest is infinite with index 0.
    """
    k = len(index)
    smallest[:] = np.inf
    index[:] = 0
    largest = np.float32(np.inf)
    for j in range(len(values)):
        value = values[j]
        if value < largest:
            at = k - 1
            while at > 0 and smallest[at - 1] > value:
                smallest[at], index[at] = smallest[at - 1], index[at - 1]
                at -= 1
            smallest[at], index[at] = value, j
            largest = smallest[k - 1]


@compiled
def _k_smallest_of_rows(values, found):
    k = found.shape[1]
    smallest, index = np.empty(k, np.float32), np.empty(k, np.int64)
    for i in range(len(values)):
        k_smallest(values[i], smallest, index)
        found[i] = index


@compiled
def _first_in_ball(centers, points, radius, found):
    k = found.shape[1]
    for i in range(len(centers)):
        n = 0
        for j in range(len(points)):
            dx, dy, dz = (
                centers[i, 0] - points[j, 0],
                centers[i, 1] - points[j, 1],
                centers[i, 2] - points[j, 2],
            )
            if dx * dx + dy * dy + dz * dz <= radius * radius:
                found[i, n] = j
                n += 1
                if n == k:
                    break
        found[i, n:] = found[i, 0]


@compiled
def _farthest(points, start, found):
    distance = np.full(len(points), np.float32(np.inf))
    last = start.item()
    for i in range(len(found)):
        found[i] = last
        x, y, z = points[last]
        best, farthest = np.float32(-1), 0
        for j in range(len(points)):
            dx, dy, dz = points[j, 0] - x, points[j, 1] - y, points[j, 2] - z
            distance[j] = min(distance[j], dx * dx + dy * dy + dz * dz)
            if distance[j] > best:
                best, farthest = distance[j], j
        last = farthest


@compiled
def _gather(x, index, max_values, total, argmax):
    for i in range(len(index)):
        first = index[i, 0]
        for c in range(x.shape[1]):
            max_values[i, c] = total[i, c] = x[first, c]
            argmax[i, c] = first
        for j in range(1, index.shape[1]):
            row = index[i, j]
            for c in range(x.shape[1]):
                value = x[row, c]
                more = value > max_values[i, c]
                total[i, c] += value
                max_values[i, c] = value if more else max_values[i, c]
                argmax[i, c] = np.int32(row) if more else argmax[i, c]


@compiled
def _scatter(max_grad, total_grad, index, argmax, x_grad):
    for i in range(len(index)):
        for j in range(index.shape[1]):
            row = index[i, j]
            for c in range(x_grad.shape[1]):
                x_grad[row, c] += total_grad[i, c]
        for c in range(x_grad.shape[1]):
            x_grad[argmax[i, c], c] += max_grad[i, c]
