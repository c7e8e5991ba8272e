"""Neighbourhoods in batches of clouds: k nearest, balls, farthest points, and sums over them.

On a CPU by compiled loops, each cloud in one thread; elsewhere by torch, and that is what tests
compare with. PyTorch Geometric has the same operations only through extensions that must be
compiled against the installed torch; Open3D takes one cloud at a time.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import each_cloud

PAIRS = 1 << 25  # distances held at once


def k_nearest(points: Tensor, k: int) -> Tensor:
    """The k nearest points of each, itself among them: (b, n, c) -> (b, n, k) int64, unordered."""
    b, n, _ = points.shape
    k = min(k, n)
    points = points.detach().float()
    found = torch.empty(b, n, k, dtype=torch.int64, device=points.device)
    squares = points.square().sum(2)
    rows = max(1, PAIRS // (b * n))
    for start in range(0, n, rows):
        some = points[:, start : start + rows]
        # Less the square of each row's own point, which ranks nothing.
        with torch.autocast(points.device.type, enabled=False):
            distance = torch.baddbmm(squares.unsqueeze(1), some, points.mT, alpha=-2)
        part = found[:, start : start + rows]
        if points.is_cuda:
            part.copy_(distance.topk(k, 2, largest=False, sorted=False).indices)
        else:
            each_cloud(_k_smallest, b, distance, part)
    return found


def ball_query(centres: Tensor, points: Tensor, radius: float, k: int) -> Tensor:
    """The first k points within a ball: (b, m, 3), (b, n, 3) -> (b, m, k) int64.

    Where a ball has fewer, its first point is repeated, as published; every centre must be one of
    the points.
    """
    if points.is_cuda:
        return _ball_query_by_torch(centres, points, radius, k)
    b, m, _ = centres.shape
    found = torch.empty(b, m, k, dtype=torch.int64)
    centres, points = centres.float().contiguous(), points.float().contiguous()
    each_cloud(_first_in_ball, b, centres, points, radius, found)
    return found


def _ball_query_by_torch(centres: Tensor, points: Tensor, radius: float, k: int) -> Tensor:
    n = points.shape[1]
    place = torch.arange(n, device=points.device).expand(len(points), centres.shape[1], n)
    place = place.masked_fill(squared_distances(centres, points) > radius**2, n)
    found = F.pad(place.sort(2).values[..., :k], (0, max(0, k - n)), value=n)
    return torch.where(found == n, found[..., :1], found)


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Exact squared distances of all pairs: (b, m, 3), (b, n, 3) -> (b, m, n)."""
    return (a.unsqueeze(2) - b.unsqueeze(1)).square().sum(3)


def farthest_points(points: Tensor, m: int) -> Tensor:
    """Farthest-point sampling: (b, n, 3) -> (b, m) int64, m <= n.

    Starts at the point farthest from the mean, so that the order of the points does not matter.
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
    """Rows of each cloud: (b, n, c), (b, ...) -> (b, ..., c)."""
    b, n, c = x.shape
    return x.reshape(b * n, c).index_select(0, stacked(index, n)).view(*index.shape, c)


def stacked(index: Tensor, n: int) -> Tensor:
    """Numbers of rows in each of b clouds of n, as those of all clouds in one: (b, ...) -> (m,)."""
    b = len(index)
    offset = torch.arange(0, b * n, n, device=index.device).view(b, *[1] * (index.dim() - 1))
    return (index + offset).flatten()


def max_and_sum(x: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Maximum and sum over each point's neighbours: (b, n, c), (b, n, k) -> (b, n, c) twice."""
    if x.is_cuda:
        neighbours = gathered(x, index)
        return neighbours.amax(2), neighbours.sum(2)
    return _MaxAndSum.apply(x, index)


class _MaxAndSum(torch.autograd.Function):
    """`max_and_sum` without the (b, n, k, c) array of all neighbours."""

    @staticmethod
    def forward(ctx, x: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
        x = x.contiguous()
        b, _, c = x.shape
        shape = (b, index.shape[1], c)
        most, total = torch.empty(shape), torch.empty(shape)
        where = torch.empty(shape, dtype=torch.int32)
        each_cloud(_gather, b, x, index, most, total, where)
        ctx.save_for_backward(index, where)
        ctx.n = x.shape[1]
        return most, total

    @staticmethod
    def backward(ctx, most_grad: Tensor, total_grad: Tensor) -> tuple[Tensor, None]:
        index, where = ctx.saved_tensors
        b, _, c = where.shape
        x_grad = torch.zeros(b, ctx.n, c)
        each_cloud(
            _scatter, b, most_grad.contiguous(), total_grad.contiguous(), index, where, x_grad
        )
        return x_grad, None


@compiled
def _k_smallest(values, found):
    k = found.shape[1]
    best, place = np.empty(k, np.float32), np.empty(k, np.int64)
    for i in range(len(values)):
        best[:] = np.inf
        place[:] = 0  # and stays so in a row of NaN
        worst = np.float32(np.inf)
        for j in range(values.shape[1]):
            value = values[i, j]
            if value < worst:
                at = k - 1
                while at > 0 and best[at - 1] > value:
                    best[at], place[at] = best[at - 1], place[at - 1]
                    at -= 1
                best[at], place[at] = value, j
                worst = best[k - 1]
        found[i] = place


@compiled
def _first_in_ball(centres, points, radius, found):
    k = found.shape[1]
    for i in range(len(centres)):
        n = 0
        for j in range(len(points)):
            dx, dy, dz = (
                centres[i, 0] - points[j, 0],
                centres[i, 1] - points[j, 1],
                centres[i, 2] - points[j, 2],
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
def _gather(x, index, most, total, where):
    for i in range(len(index)):
        first = index[i, 0]
        for c in range(x.shape[1]):
            most[i, c] = total[i, c] = x[first, c]
            where[i, c] = first
        for j in range(1, index.shape[1]):
            row = index[i, j]
            for c in range(x.shape[1]):
                value = x[row, c]
                more = value > most[i, c]
                total[i, c] += value
                most[i, c] = value if more else most[i, c]
                where[i, c] = np.int32(row) if more else where[i, c]


@compiled
def _scatter(most_grad, total_grad, index, where, x_grad):
    for i in range(len(index)):
        for j in range(index.shape[1]):
            row = index[i, j]
            for c in range(x_grad.shape[1]):
                x_grad[row, c] += total_grad[i, c]
        for c in range(x_grad.shape[1]):
            x_grad[where[i, c], c] += most_grad[i, c]
