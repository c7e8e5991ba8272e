"""Pictures of shapes, ray-cast on the processor: neither a display nor a graphics card is needed.

One orthographic camera looks at all shapes, y up. What it sees is lit by a key light with soft
shadows and by a bright sky, which reaches corners and holes less than open surfaces.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps, colors

from inr2vec_core.geometry.shapes import Shape, ShapeVisitor
from inr2vec_core.geometry.voxels import exposed_faces

TURN, ELEVATION = np.deg2rad([35.0, 20.0])  # of the eye, about the vertical and above the ground
MESH_COLOR, VOXEL_COLOR = "#86a3c3", "#dfa56a"
CLOUD_MAP = "viridis"

_SAMPLES = 2  # a pixel's side is cut into so many samples
_SKY, _KEY = 24, 6  # rays that a sample sends to the sky and to the key light
_CREASE = np.cos(np.deg2rad(40))  # faces that meet more sharply stay flat
_LEAST_RADIUS = 1.6  # of a point, in samples: smaller ones would fall between the samples


def _camera() -> np.ndarray:
    """Rows: the unit vectors to the picture's right, to its top, and to the eye; (3, 3)."""
    (ct, st), (ce, se) = ((np.cos(a), np.sin(a)) for a in (TURN, ELEVATION))
    return np.array([[ct, 0, st], [se * st, ce, -se * ct], [-ce * st, se, ce * ct]])


CAMERA = _camera()
_LIGHT = np.array([-0.5, 0.75, 0.6]) @ CAMERA  # from the upper left, behind the eye


def is_empty(shape: Shape | None) -> bool:
    """Whether there is nothing to see: no points, no faces, no occupied cube, or no shape."""
    return shape is None or shape.is_empty()


def render(
    shape: Shape | None,
    size: int = 320,
    color: str | np.ndarray | None = None,
    reach: float = 1.05,
    threads: int = 1,
) -> np.ndarray:
    """The picture of a shape on white; white only where `is_empty`.

    Args:
        shape: in the unit sphere, which fits the picture; what lies outside may be cut off.
        size: side of the picture, in pixels.
        color: any color of Matplotlib's, or one for each point of a cloud, (n, 3) in [0, 1].
            By default meshes are blue-gray and voxels sand, and points are colored by their
            distance from the eye.
        reach: half the picture's side, in the shape's unit.
        threads: threads that cast rays.

    Returns:
        (size, size, 3) uint8.
    """
    if is_empty(shape):
        return np.full((size, size, 3), 255, np.uint8)
    side = size * _SAMPLES
    rays = _Rays(threads)
    seen = shape.accept(_Look(rays, side, reach))
    if isinstance(color, np.ndarray):
        tint = _linear(color)[seen.point]
    else:
        base = color or seen.color
        tint = _linear(np.array(colors.to_rgb(base))) if base else _by_depth(seen.position)
    picture = np.ones((side * side, 3))
    picture[seen.sample] = np.clip(tint * seen.shade[:, None] * _lit(rays, seen, side), 0, 1)
    blocks = picture.reshape(size, _SAMPLES, size, _SAMPLES, 3)
    return np.round(255 * blocks.mean((1, 3)) ** (1 / 2.2)).astype(np.uint8)


@dataclass
class _Seen:
    """What k samples of the picture show: each one's place in it, flat, and the surface there.

    `color` is what the form has by default, None for colors by depth.
    """

    sample: np.ndarray  # (k,)
    position: np.ndarray  # (k, 3)
    normal: np.ndarray  # (k, 3), of the surface that is meant
    face: np.ndarray  # (k, 3), of the triangle or sphere that stands for it
    shade: np.ndarray  # (k,), darkens the color
    color: str | None
    point: np.ndarray | None = None  # (k,), the point of a cloud


class _Rays:
    """Triangles that rays meet."""

    def __init__(self, threads: int):
        import open3d as o3d  # takes two seconds to import

        self._tensor, self._threads = o3d.core.Tensor, threads
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=threads)

    def add(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        self._scene.add_triangles(
            self._tensor(np.ascontiguousarray(vertices, np.float32)),
            self._tensor(np.ascontiguousarray(faces, np.uint32)),
        )

    def look(self, side: int, reach: float) -> tuple[np.ndarray, ...]:
        """Casts one ray a sample: the samples that hit, the triangles, two barycentric weights."""
        across = ((np.arange(side) + 0.5) / side * 2 - 1) * reach
        x, y = np.meshgrid(across, -across)
        far = 10.0 * reach
        starts = np.stack([x, y, np.full_like(x, far)], axis=-1).reshape(-1, 3) @ CAMERA
        hits = self._scene.cast_rays(self._bundle(starts, -CAMERA[2]), self._threads)
        sample = np.flatnonzero(np.isfinite(hits["t_hit"].numpy()))
        weights = hits["primitive_uvs"].numpy()[sample].astype(np.float64)
        return sample, hits["primitive_ids"].numpy()[sample].astype(np.int64), weights

    def blocked(self, starts: np.ndarray, directions: np.ndarray, far: float) -> np.ndarray:
        rays = self._bundle(starts, directions)
        return self._scene.test_occlusions(rays, 0.0, far, self._threads).numpy()

    def _bundle(self, starts: np.ndarray, directions: np.ndarray):
        rays = np.empty((len(starts), 6), np.float32)
        rays[:, :3], rays[:, 3:] = starts, directions
        return self._tensor(rays)


class _Look(ShapeVisitor):
    """What the camera sees of a shape, which is added to the rays' scene."""

    def __init__(self, rays: _Rays, side: int, reach: float):
        self._rays, self._side, self._reach = rays, side, reach

    def visit_triangles(self, vertices: np.ndarray, faces: np.ndarray) -> _Seen:
        return _see_mesh(self._rays, vertices, faces, self._side, self._reach)

    def visit_voxels(self, grid: np.ndarray) -> _Seen:
        return _see_voxels(self._rays, grid, self._side, self._reach)

    def visit_points(self, points: np.ndarray) -> _Seen:
        return _see_cloud(self._rays, points, self._side, self._reach)


def _see_mesh(
    rays: _Rays, vertices: np.ndarray, faces: np.ndarray, side: int, reach: float
) -> _Seen:
    vertices, faces = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
    rays.add(vertices, faces)
    sample, hit, (u, v) = _transposed(rays.look(side, reach))
    weights = np.stack([1 - u - v, u, v], axis=1)[..., None]
    flat = np.cross(*(vertices[faces[:, i]] - vertices[faces[:, 0]] for i in (1, 2)))
    smooth = np.zeros_like(vertices)
    for i in range(3):
        np.add.at(smooth, faces[:, i], flat)  # longer vectors, of larger faces, count more
    flat, smooth = _unit(flat), _unit(smooth)[faces]
    bend = (smooth * flat[:, None]).sum(-1, keepdims=True)
    smooth = np.where(bend > _CREASE, smooth, flat[:, None])
    position = (weights * vertices[faces[hit]]).sum(1)
    normal = _unit((weights * smooth[hit]).sum(1))
    # Surfaces are seen from both sides: those of scans are open.
    outside = np.where(flat[hit] @ CAMERA[2] < 0, -1.0, 1.0)[:, None]
    normal, face = outside * normal, outside * flat[hit]
    return _Seen(sample, position, normal, face, np.ones(len(hit)), MESH_COLOR)


def _see_voxels(rays: _Rays, grid: np.ndarray, side: int, reach: float) -> _Seen:
    squares, _ = exposed_faces(grid)
    corners = squares / len(grid) * 2 - 1
    faces = 4 * np.arange(len(corners))[:, None, None] + np.array([[0, 1, 2], [0, 2, 3]])
    rays.add(corners.reshape(-1, 3), faces.reshape(-1, 3))
    sample, hit, (u, v) = _transposed(rays.look(side, reach))
    second, hit = hit % 2 == 1, hit // 2
    a, b = np.where(second, u, u + v), np.where(second, u + v, v)  # across the square
    along, up = (corners[hit, i] - corners[hit, 0] for i in (1, 3))
    position = corners[hit, 0] + a[:, None] * along + b[:, None] * up
    normal = _unit(np.cross(along, up))
    edge = np.minimum(np.minimum(a, 1 - a), np.minimum(b, 1 - b))
    shade = np.where(edge < 0.06, 0.6, 1.0)
    return _Seen(sample, position, normal, normal, shade, VOXEL_COLOR)


def _see_cloud(rays: _Rays, points: np.ndarray, side: int, reach: float) -> _Seen:
    """Points are spheres, which this camera sees as discs: they are drawn, not ray-cast."""
    points = np.asarray(points, np.float64)
    scale = side / (2 * reach)
    radius = max(np.clip(0.85 / np.sqrt(len(points)), 0.004, 0.03), _LEAST_RADIUS / scale)
    x, y, z = (points @ CAMERA.T * scale * [1, -1, 1] + [side / 2, side / 2, 0]).T
    sample, owner, depth = _discs(x, y, z, radius * scale, side)
    nearest = np.full(side * side, -np.inf)
    np.maximum.at(nearest, sample, depth)
    of_sample = np.full(side * side, -1)
    in_front = depth == nearest[sample]
    of_sample[sample[in_front]] = owner[in_front]
    sample = np.flatnonzero(of_sample >= 0)
    center = points[of_sample[sample]]
    row, column = np.divmod(sample, side)
    shown = np.stack([column + 0.5 - side / 2, side / 2 - row - 0.5, nearest[sample]], axis=1)
    position = shown / scale @ CAMERA
    normal = _unit(position - center)
    vertices, faces = _octahedra(points, radius)
    rays.add(vertices, faces)
    shade = np.ones(len(sample))
    return _Seen(sample, position, normal, normal, shade, None, of_sample[sample])


def _discs(x, y, z, radius: float, side: int) -> tuple[np.ndarray, ...]:
    """All samples that spheres cover, in samples: where, by which sphere, its surface's depth."""
    samples, owners, depths = [], [], []
    steps = np.arange(-int(np.ceil(radius)), int(np.ceil(radius)) + 1)
    for i in steps:
        for j in steps:
            column, row = np.floor(x).astype(np.int64) + i, np.floor(y).astype(np.int64) + j
            height2 = radius**2 - (column + 0.5 - x) ** 2 - (row + 0.5 - y) ** 2
            inside = (height2 > 0) & (column >= 0) & (column < side) & (row >= 0) & (row < side)
            owner = np.flatnonzero(inside)
            samples.append(row[owner] * side + column[owner])
            owners.append(owner)
            depths.append(z[owner] + np.sqrt(height2[owner]))
    return np.concatenate(samples), np.concatenate(owners), np.concatenate(depths)


def _octahedra(points: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """One in each sphere; they are never seen but throw the spheres' shadows."""
    corners = radius * np.concatenate([np.eye(3), -np.eye(3)])
    faces = np.array([[0, 1, 2], [1, 3, 2], [3, 4, 2], [4, 0, 2],
                      [1, 0, 5], [3, 1, 5], [4, 3, 5], [0, 4, 5]])  # fmt: skip
    starts = 6 * np.arange(len(points))[:, None, None]
    return (points[:, None] + corners).reshape(-1, 3), (starts + faces).reshape(-1, 3)


def _lit(rays: _Rays, seen: _Seen, side: int) -> np.ndarray:
    """The light that each seen sample sends to the eye, (k, 1).

    The samples of one pixel send their rays in different directions, those of all pixels in the
    same ones: shadows are as soft as if a sample sent them all, and there is no noise.
    """
    row, column = np.divmod(seen.sample, side)
    turn = (row % _SAMPLES) * _SAMPLES + column % _SAMPLES
    starts = seen.position + 2e-3 * seen.face
    sphere = _fibonacci(_SKY * _SAMPLES**2)
    sky = np.zeros((2, len(starts)))  # the light that would arrive, and that does
    for k in range(_SKY):
        direction = sphere[k * _SAMPLES**2 + turn]
        cosine = np.maximum((direction * seen.normal).sum(1), 0)
        cosine *= (direction * seen.face).sum(1) > 0
        strength = cosine * (1.0 + 0.5 * direction[:, 1])
        up = np.flatnonzero(strength)
        open_ = ~rays.blocked(starts[up], direction[up], 0.8)
        sky[0, up] += cosine[up]
        sky[1, up] += strength[up] * open_
    ambient = sky[1] / np.maximum(sky[0], 1e-9)

    lamp = _LIGHT / np.linalg.norm(_LIGHT)
    disc = _fibonacci(_KEY * _SAMPLES**2) * 0.16
    key = np.zeros(len(starts))
    towards = np.flatnonzero((seen.normal @ lamp > 0) & (seen.face @ lamp > 0))
    for k in range(_KEY):
        direction = lamp + disc[k * _SAMPLES**2 + turn[towards]]
        key[towards] += ~rays.blocked(starts[towards], direction, np.inf)
    key *= np.maximum(seen.normal @ lamp, 0) / _KEY
    return (0.45 * ambient + 0.8 * key + 0.05)[:, None]


def _fibonacci(n: int) -> np.ndarray:
    """(n, 3) unit vectors spread evenly, neighbors in the list far apart."""
    k = np.arange(n)
    height = 1 - 2 * (k + 0.5) / n
    angle = k * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - height**2)
    vectors = np.stack([flat * np.cos(angle), height, flat * np.sin(angle)], axis=1)
    return vectors[np.argsort(k * 0.6180339887498949 % 1, kind="stable")]


def _by_depth(position: np.ndarray) -> np.ndarray:
    nearness = np.clip(position @ CAMERA[2] / 2 + 0.5, 0, 1)
    return _linear(colormaps[CLOUD_MAP](nearness)[:, :3])


def _linear(srgb: np.ndarray) -> np.ndarray:
    """Light adds up linearly; the numbers of a picture do not."""
    return srgb**2.2


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-30)


def _transposed(hits: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    sample, hit, weights = hits
    return sample, hit, weights.T
