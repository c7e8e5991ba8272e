"""Discrete shapes back from fields: clouds, meshes and voxels (paper, Sections 4 and Appendix C).

A field is a function of points (m, 3) -> values (m,): distances of a UDF, distances of an SDF that
are positive outside, or probabilities of being inside. It is asked about so many points at a time
as `CHUNK` says, so that memory does not grow with the resolution or the size of a cloud.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from skimage.measure import marching_cubes
from torch import Tensor

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.shapes import MeshShape, VoxelShape
from inr2vec_core.ops.autograd import value_and_gradient

Field = Callable[[Tensor], Tensor]

# Points at a time, by type of device; so few that torch keeps light work on them in one thread.
CHUNK = {"cpu": 1 << 13, "cuda": 1 << 17}

THRESHOLD = 0.4  # of occupancy (paper, Appendix C)

# How near the level a value may come, as a share of the largest step between two neighbors.
NUDGE = 1e-3
CAP = 0.01  # how far beyond the cube a cut shape is closed, as a share of the grid's spacing


@dataclass(frozen=True)
class CloudSettings:
    """How a cloud is drawn from a UDF; distances in units of the shape's sphere.

    Attributes:
        seeds: uniform seeds in [-1, 1]^3 a round; as many as points are wanted where that is more.
        reach: seeds and points farther than this from the origin are dropped: shapes lie in the
            unit sphere, and what a field shows beyond it is none of theirs.
        near: seeds whose predicted distance is larger are dropped.
        moves: steps along the negative normalized gradient.
        last: points whose distance before the last move is larger are dropped.
        rounds: rounds after which a field that yields too few points is given up; one that
            yields none at all is given up after an eighth of them.
    """

    seeds: int = 4096
    reach: float = 1.02
    near: float = 0.05
    moves: int = 5
    last: float = 0.02
    rounds: int = 200


def cloud_from_udf(
    udf: Field,
    n: int,
    generator: torch.Generator,
    settings: CloudSettings | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Points on the zero level of a UDF (paper, Appendix C, Eq. 5).

    Args:
        udf: distances of points, (m, 3) -> (m,). Either differentiable, or with a method
            `value_and_gradient`, (m, 3) -> (m,) and (m, 3), as a `ChunkedField` has.
        n: points wanted.
        generator: a CPU generator for the seeds.
        settings: how points are drawn and moved; the defaults if None.
        device: where the field is evaluated.

    Returns:
        (n, 3) float32.

    Raises:
        BadShape: the field has too little surface inside the cube.
    """
    settings = settings or CloudSettings()
    seeds = max(settings.seeds, n)
    kept: list[Tensor] = []
    found = 0
    for done in range(1, settings.rounds + 1):
        points = torch.rand(seeds, 3, generator=generator).mul_(2).sub_(1)
        points = points[points.norm(dim=1) <= settings.reach].to(device)
        points = points[_values(udf, points) <= settings.near]
        distance = None
        for _ in range(settings.moves):
            if not len(points):
                break
            points, distance = _move(udf, points)
        if distance is not None:
            inside = points.norm(dim=1) <= settings.reach
            kept.append(points[inside & (distance <= settings.last)])
            found += len(kept[-1])
        if found >= n:
            return torch.cat(kept)[:n]
        if not found and 8 * done >= settings.rounds:
            break
    raise BadShape(
        f"only {found} of {n} points after {done} rounds of "
        f"{seeds} seeds: the field hardly falls below {settings.near}"
    )


def mesh_from_sdf(
    sdf: Field,
    resolution: int = 128,
    device: torch.device | str = "cpu",
) -> MeshShape:
    """The surface of an SDF, always closed: marching cubes (paper, Appendix C).

    A shape that reaches out of [-1, 1]^3 is cut there; the cut lies beyond the cube by a hundredth
    of the grid's spacing.

    Args:
        sdf: (m, 3) -> (m,), positive outside.
        resolution: vertices of the grid along an axis, at -1 and 1 the outermost; at least 2.
        device: where the field is evaluated.

    Returns:
        A mesh in the units of the cube, its faces counter-clockwise seen from outside.

    Raises:
        BadShape: all of the cube is outside or inside, or a value is not finite.
    """
    return mesh_from_grid(grid_values(sdf, resolution, device, centroids=False).cpu().numpy())


def mesh_from_grid(values: np.ndarray) -> MeshShape:
    """The closed surface where values on a grid are 0; see `mesh_from_sdf`.

    Args:
        values: (R, R, R), on the vertices of a grid over [-1, 1]^3; positive outside.

    Raises:
        BadShape: all of the cube is outside or inside, or a value is not finite.
    """
    inside = int((values < 0).sum())
    if not np.isfinite(values).all():
        raise BadShape("the field has values that are not finite: no surface can be found")
    if inside in (0, values.size):
        raise BadShape(f"all of the cube is {'inside' if inside else 'outside'}: no surface in it")
    spacing = 2 / (len(values) - 1)
    # Lewiner's method, skimage's first choice, may give an edge four faces; this one does not.
    vertices, faces, _, _ = marching_cubes(
        _with_shell(_off_level(values)), 0.0, gradient_direction="descent", method="lorensen"
    )
    vertices = (vertices.astype(np.float64) - 1) * spacing - 1
    return MeshShape(vertices.astype(np.float32), faces.astype(np.int32), closed=True)


def voxels_from_occupancy(
    occupancy: Field,
    resolution: int,
    threshold: float = THRESHOLD,
    device: torch.device | str = "cpu",
) -> VoxelShape:
    """The voxels whose centroids are inside with more than `threshold` (paper, Appendix C).

    Args:
        occupancy: probabilities of being inside, (m, 3) -> (m,).
        resolution: voxels along an axis.
        threshold: the probability above which a voxel is occupied.
        device: where the field is evaluated.

    Raises:
        BadShape: no voxel is occupied.
    """
    return voxels_from_grid(
        grid_values(occupancy, resolution, device, centroids=True).cpu().numpy(), threshold
    )


def voxels_from_grid(probabilities: np.ndarray, threshold: float = THRESHOLD) -> VoxelShape:
    """The voxels whose probability is above a threshold.

    Args:
        probabilities: (R, R, R).
        threshold: the probability.

    Raises:
        BadShape: no voxel is occupied.
    """
    grid = probabilities > threshold
    if not grid.any():
        raise BadShape(f"no voxel's probability is above {threshold}")
    return VoxelShape(grid)


def grid_values(
    field: Field, resolution: int, device: torch.device | str = "cpu", *, centroids: bool
) -> Tensor:
    """A field on a regular grid over [-1, 1]^3, without gradient.

    Args:
        field: (m, 3) -> (m,).
        resolution: points along each axis.
        device: where the field is evaluated.
        centroids: of the R^3 cubes that the cube is cut into, -1 + (2 i + 1) / R; otherwise the
            vertices of a grid from -1 to 1, R >= 2 along an axis.

    Returns:
        (R, R, R), the axes x, y, z.
    """
    step, first = (2 / resolution, 1 / resolution - 1) if centroids else (2 / (resolution - 1), -1)
    chunk, total = CHUNK[torch.device(device).type], resolution**3
    parts = []
    for start in range(0, total, chunk):
        i = torch.arange(start, min(start + chunk, total), device=device)
        xyz = torch.stack([i // resolution**2, i // resolution % resolution, i % resolution], 1)
        # In 64 bits, so that the last vertices lie at 1 exactly.
        parts.append(_values(field, (xyz.double() * step + first).float()))
    return torch.cat(parts).view(resolution, resolution, resolution)


def _off_level(values: np.ndarray) -> np.ndarray:
    """Values pushed away from 0: a vertex exactly on the surface gives triangles without area."""
    least = NUDGE * max(np.abs(np.diff(values, axis=a)).max() for a in range(3))
    return np.where(values < 0, np.minimum(values, -least), np.maximum(values, least))


def _with_shell(values: np.ndarray) -> np.ndarray:
    """One layer of outside around the cube, so high that a shape is cut just beyond it."""
    shell = np.abs(np.pad(values, 1, mode="edge")) * np.float32(1 / CAP - 1)
    shell[1:-1, 1:-1, 1:-1] = values
    return shell


def _move(udf: Field, points: Tensor) -> tuple[Tensor, Tensor]:
    """One step of Eq. 5: moved points and the distances they had before, (m, 3) and (m,)."""
    of_points = getattr(udf, "value_and_gradient", partial(value_and_gradient, udf))
    moved, distances = [], []
    for part in points.split(_chunk(points)):
        distance, gradient = of_points(part)
        direction = torch.nn.functional.normalize(gradient, dim=1)
        moved.append(part - distance.unsqueeze(1) * direction)
        distances.append(distance)
    return torch.cat(moved), torch.cat(distances)


@torch.no_grad()
def _values(field: Field, points: Tensor) -> Tensor:
    return torch.cat([field(part) for part in points.split(_chunk(points))])


def _chunk(points: Tensor) -> int:
    return CHUNK[points.device.type]
