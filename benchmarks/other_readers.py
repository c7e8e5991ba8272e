"""What our readers and others find in a file, in figures that can be compared."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud, Grid
from inr2vec_core.io.readers import read_geometry

TOLERANCE = 1e-3  # polygons that are not flat have another area for each way to cut them


@dataclass(frozen=True)
class Found:
    """What a reader found in a file.

    Attributes:
        kind: "mesh", "cloud", "grid", "no shape" or "error".
        figures: lowest and highest corner of the box, then area or number of points.
        text: the reason of an error.
    """

    kind: str
    figures: tuple[float, ...] = ()
    text: str = ""

    def __str__(self) -> str:
        figures = " ".join(f"{figure:.6g}" for figure in self.figures)
        return f"{self.kind} {figures or self.text}"

    @property
    def is_shape(self) -> bool:
        return self.kind in ("mesh", "cloud", "grid") and bool(np.isfinite(self.figures).all())

    def agrees(self, other: "Found") -> bool:
        if self.kind != other.kind:
            return False
        mine, others = np.array(self.figures), np.array(other.figures)
        slack = np.full(7, TOLERANCE * np.ptp([mine[:3], mine[3:6]], axis=0).max())
        slack[6] = TOLERANCE * max(mine[6], others[6])
        return bool((np.abs(mine - others) <= slack + 1e-12).all())


def of_mesh(triangles: np.ndarray, area: float | None = None) -> Found:
    """The figures of triangles (F, 3, 3)."""
    if len(triangles) == 0:
        return Found("no shape", text="no faces")
    points = triangles.reshape(-1, 3).astype(np.float64)
    if area is None:
        a, b, c = points.reshape(-1, 3, 3).swapaxes(0, 1)
        area = float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)
    return Found("mesh", (*points.min(axis=0), *points.max(axis=0), area))


def of_cloud(points: np.ndarray) -> Found:
    if len(points) == 0:
        return Found("no shape", text="no points")
    return Found("cloud", (*points.min(axis=0), *points.max(axis=0), len(points)))


def ours(path: Path) -> Found:
    geometry = read_geometry(path)
    if isinstance(geometry, Grid):
        return Found("grid")
    if isinstance(geometry, Cloud):
        return of_cloud(geometry.points)
    return of_mesh(geometry.vertices[geometry.faces])


def by_trimesh(path: Path) -> Found:
    import trimesh

    loaded = trimesh.load(path, process=False, skip_materials=True)
    if isinstance(loaded, trimesh.voxel.VoxelGrid):
        return Found("grid")
    parts = loaded.dump() if isinstance(loaded, trimesh.Scene) else [loaded]
    meshes = [part for part in parts if isinstance(part, trimesh.Trimesh) and len(part.faces)]
    if meshes:
        return of_mesh(np.concatenate([part.triangles for part in meshes]))
    clouds = [part.vertices for part in parts if isinstance(part, trimesh.PointCloud)]
    if clouds and path.suffix.lower() in (".ply", ".xyz"):
        return of_cloud(np.concatenate(clouds))
    return Found("no shape", text=f"{', '.join(type(p).__name__ for p in parts) or 'nothing'}")


def by_open3d(path: Path) -> Found:
    import open3d

    kind = path.suffix.lower()[1:]
    with open3d.utility.VerbosityContextManager(open3d.utility.VerbosityLevel.Error):
        mesh = open3d.geometry.TriangleMesh()
        if kind not in ("pcd", "xyz"):
            mesh = open3d.io.read_triangle_mesh(str(path))
        if len(mesh.triangles):
            return of_mesh(np.asarray(mesh.vertices)[np.asarray(mesh.triangles)])
        if kind in ("obj", "off", "stl", "glb"):
            return Found("error", text="no triangles")
        return of_cloud(np.asarray(open3d.io.read_point_cloud(str(path), format=kind).points))


def by_meshio(path: Path) -> Found:
    import meshio

    read = meshio.read(path)
    points = np.asarray(read.points, np.float64)[:, :3]
    polygons, area = [], 0.0
    for block in read.cells:
        if block.type not in ("triangle", "quad", "polygon"):
            continue
        for size in {len(cell) for cell in block.data}:
            corners = points[[cell for cell in block.data if len(cell) == size]]
            vectors = np.cross(corners, np.roll(corners, -1, axis=1)).sum(axis=1) / 2
            area += float(np.linalg.norm(vectors, axis=1).sum())
            polygons.append(corners.reshape(-1, 3))
    if not polygons:
        return of_cloud(points) if path.suffix.lower() == ".ply" else Found("no shape")
    flat = np.concatenate(polygons)
    return of_mesh(np.repeat(flat, 3, axis=0).reshape(-1, 3, 3), area)


def by_area_vectors(path: Path) -> Found:
    """A few lines that read nothing but polygons: each counts by its area vector, uncut."""
    text = path.read_text(encoding="utf-8", errors="replace")
    rows = [row.split("#")[0].split() for row in text.split("\n")]
    rows = " \n".join(map(" ".join, rows)).replace("\\ \n", " ").split("\n")
    if path.suffix.lower() == ".off":
        words = [row.split() for row in rows if row.strip()]
        n_points, n_faces = map(int, words[1][:2])
        points = np.array([word[:3] for word in words[2 : 2 + n_points]], np.float64)
        faces = [list(map(int, w[1 : 1 + int(w[0])])) for w in words[2 + n_points :][:n_faces]]
    else:
        words = [row.split() for row in rows]
        points = np.array([word[1:4] for word in words if word[:1] == ["v"]], np.float64)
        faces = [[int(w.split("/")[0]) for w in word[1:]] for word in words if word[:1] == ["f"]]
        if min(map(min, faces), default=1) < 1:
            raise ValueError("corners that count back")
        faces = [[corner - 1 for corner in face] for face in faces]
    area = 0.0
    for face in faces:
        corners = points[face] - points[face[0]]
        area += float(np.linalg.norm(np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)))
    used = points[sorted({corner for face in faces if len(face) > 2 for corner in face})]
    return of_mesh(np.repeat(used, 3, axis=0).reshape(-1, 3, 3), area / 2)


READERS: dict[str, tuple[Callable[[Path], Found], str]] = {
    "ours": (ours, "off obj ply stl glb pcd xyz npy npz binvox h5 hdf5"),
    "trimesh": (by_trimesh, "off obj ply stl glb xyz binvox"),
    "Open3D": (by_open3d, "off obj ply stl glb pcd xyz"),
    "meshio": (by_meshio, "off obj ply stl"),
    "area vectors": (by_area_vectors, "off obj"),
}


def read_with(name: str, path: Path) -> Found:
    reader, formats = READERS[name]
    if path.suffix.lower()[1:] not in formats.split():
        return Found("error", text="another format")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return reader(path)
    except BadShape as error:
        return Found("error", text=str(error).removeprefix(f"{path}: "))
    except (Exception, SystemExit) as error:  # readers raise whatever they like; meshio exits
        return Found("error", text=f"{type(error).__name__}: {error}"[:200])
