"""The geometry of one shape, read from its file. Nothing is ever unpickled.

A file that cannot be read raises `BadShape` with the reason, so that one bad file sets one shape
aside. The parsers do not notice files that are cut short (trimesh drops the missing faces), so the
counts that headers declare are checked here.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud, Grid, Mesh
from inr2vec_core.io.pcd import read_pcd
from inr2vec_core.io.voxel_grids import as_grid, read_binvox, read_h5_grid, read_npz_array

# trimesh logs several lines for each file about which an exception here says one.
logging.getLogger("trimesh").setLevel(logging.CRITICAL)


def read_geometry(path: str | Path) -> Cloud | Mesh | Grid:
    """Read an off, obj, stl or glb mesh, a pcd or xyz cloud, or a binvox or h5 grid.

    A ply is a mesh or a cloud; an npy or npz array is a cloud if it has two dimensions, a grid if
    it has three. Scenes of several meshes become one mesh; polygons become triangles.

    Args:
        path: the file; its extension says how it is read.

    Returns:
        The geometry in the file's unit.

    Raises:
        BadShape: the file is missing, empty, cut short or unreadable, or holds no faces, no
            points, no voxels, or coordinates that are not finite.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise BadShape(f"{path}: no reader for {path.suffix or 'files without extension'}")
    with reasons_of(path):
        geometry = reader(path)
        geometry.check_finite()
    return geometry


@contextmanager
def reasons_of(path: Path) -> Iterator[None]:
    """Turn whatever the parser of a file raises into a reason that names the file.

    Args:
        path: the file that is parsed within the context.

    Raises:
        BadShape: the file is missing or empty, or the parser raised something.
    """
    try:
        if path.stat().st_size == 0:
            raise BadShape("the file is empty")
        yield
    except BadShape as error:
        raise BadShape(f"{path}: {error}") from None
    except Exception as error:  # parsers raise many kinds of errors on bad files
        raise BadShape(f"{path}: unreadable: {one_line(error)}") from error


# ---------------------------------------------------------------------------- meshes


def _read_off(path: Path) -> Mesh:
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = _text_lines(text)
    # Many ModelNet files have the counts on the first line: "OFF490 518 0".
    header = re.search(r"OFF\s*(\d+)\s+(\d+)[^\n]*\n?", "\n".join(lines))
    if header is None:
        raise BadShape("no OFF header with the numbers of vertices and faces")
    body = "\n".join(lines)[header.end() :].splitlines()
    _check_line_count(body, int(header[1]) + int(header[2]))
    if int(header[2]):
        _check_last_face(body)
    return _read_mesh(path)


def _read_obj(path: Path) -> Mesh:
    lines = _text_lines(path.read_text(encoding="utf-8", errors="replace"))
    if lines and lines[-1].startswith("f ") and len(lines[-1].split()) < 4:
        raise BadShape("truncated: its last face has fewer than three corners")
    return _read_mesh(path, merge=True)


def _read_merged(path: Path) -> Mesh:
    return _read_mesh(path, merge=True)


def _read_ply(path: Path) -> Cloud | Mesh:
    header, end, body = path.read_bytes().partition(b"end_header")
    if not end:
        raise BadShape("no PLY header, or one cut short")
    if b"format ascii" in header:
        elements = re.findall(rb"^\s*element\s+(\w+)\s+(\d+)", header, re.MULTILINE)
        lines = _text_lines(body.decode("utf-8", errors="replace"))
        _check_line_count(lines, sum(int(number) for _, number in elements))
        if re.search(rb"element\s+face\s+[1-9]\d*\s+property\s+list[^\n]*\s*$", header):
            _check_last_face(lines)
    return _read_mesh_or_cloud(path)


def _read_mesh(path: Path, merge: bool = False) -> Mesh:
    geometry = _read_mesh_or_cloud(path, merge)
    if isinstance(geometry, Cloud):
        raise BadShape("holds points but no faces: cut short, or a cloud to be saved as ply or npy")
    return geometry


def _read_mesh_or_cloud(path: Path, merge: bool = False) -> Cloud | Mesh:
    """Read with trimesh.

    Args:
        path: the file.
        merge: make one vertex of those that are equal in every digit. An stl has a vertex for each
            corner of each face, obj and glb one for each texture coordinate and normal: merged, a
            shape is the same, and closed, in every format.
    """
    import trimesh

    scene = trimesh.load_scene(path, process=False, skip_materials=True)
    parts = list(scene.geometry.values())
    if parts and all(isinstance(part, trimesh.PointCloud) for part in parts):
        points = np.concatenate([np.asarray(part.vertices, np.float64) for part in parts])
        if len(points) == 0:
            raise BadShape("holds no points")
        return Cloud(points)
    mesh = scene.to_mesh()
    vertices = np.asarray(mesh.vertices, np.float64).reshape(-1, 3)
    faces = np.asarray(mesh.faces, np.int64).reshape(-1, 3)
    if len(faces) == 0:
        missing = "faces" if len(vertices) else "points or faces"
        raise BadShape(f"holds no {missing}; it may be cut short")
    outside = faces[(faces < 0) | (faces >= len(vertices))]
    if len(outside):
        raise BadShape(f"a face names vertex {outside[0]}, but there are {len(vertices)}")
    if merge:
        vertices, index = np.unique(vertices, axis=0, return_inverse=True)
        faces = index.reshape(-1)[faces].astype(np.int64)
    return Mesh(vertices, faces)


# ---------------------------------------------------------------------------- clouds


def _read_pcd(path: Path) -> Cloud:
    return Cloud(read_pcd(path))


def _read_xyz(path: Path) -> Cloud:
    lines = _text_lines(path.read_text(encoding="utf-8"))
    if not lines:
        raise BadShape("holds no points")
    table = (line.replace(",", " ") for line in lines)
    return Cloud(np.loadtxt(table, dtype=np.float64, usecols=(0, 1, 2), ndmin=2))


# ---------------------------------------------------------------------------- arrays


def _read_npy(path: Path) -> Cloud | Grid:
    with path.open("rb") as file:
        # np.load would also open a zip archive under this name.
        return _array_geometry(np.lib.format.read_array(file, allow_pickle=False))


def _read_npz(path: Path) -> Cloud | Grid:
    return _array_geometry(read_npz_array(path))


def _array_geometry(array: np.ndarray) -> Cloud | Grid:
    if array.ndim == 3:
        return as_grid(array)
    if array.ndim != 2 or array.shape[1] < 3 or array.dtype.kind != "f":
        raise BadShape(
            f"holds a {array.shape} {array.dtype} array; expected (N, 3) floats, "
            "or a grid of three dimensions"
        )
    if len(array) == 0:
        raise BadShape("holds no points")
    return Cloud(array[:, :3].astype(np.float64))


# ---------------------------------------------------------------------------- text files


def _text_lines(text: str) -> list[str]:
    """The lines without comments, stripped; blank ones are left out."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _check_line_count(lines: list[str], declared: int) -> None:
    if len(lines) < declared:
        raise BadShape(f"truncated: {len(lines)} of the {declared} lines its header declares")


def _check_last_face(lines: list[str]) -> None:
    """Check that a last line such as "3 0 1 2" has as many corners as it says."""
    if lines:
        number, *corners = lines[-1].split()
        if len(corners) < int(number):
            raise BadShape(f"truncated: its last face has {len(corners)} of {number} corners")


def one_line(error: Exception) -> str:
    """The type and the message of an error, without line breaks, at most some 200 characters."""
    text = " ".join(str(error).split()) or "no reason given"
    return f"{type(error).__name__}: {text[:200]}"


_READERS: dict[str, Callable[[Path], Cloud | Mesh | Grid]] = {
    ".binvox": read_binvox,
    ".glb": _read_merged,
    ".h5": read_h5_grid,
    ".hdf5": read_h5_grid,
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".obj": _read_obj,
    ".off": _read_off,
    ".pcd": _read_pcd,
    ".ply": _read_ply,
    ".stl": _read_merged,
    ".xyz": _read_xyz,
}
