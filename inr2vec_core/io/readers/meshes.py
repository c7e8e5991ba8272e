"""Meshes in off, obj, ply, stl and glb files, and clouds in ply files, read with trimesh.

trimesh does not notice files that are cut short (it drops the missing faces), so the counts that
headers declare are checked here.
"""

import logging
import re
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud, Mesh
from inr2vec_core.io.readers.text import check_last_face, check_line_count, text_lines

# trimesh logs several lines for each file about which an exception here says one.
logging.getLogger("trimesh").setLevel(logging.CRITICAL)


def read_off(path: Path) -> Mesh:
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text_lines(text)
    # Many ModelNet files have the counts on the first line: "OFF490 518 0".
    header = re.search(r"OFF\s*(\d+)\s+(\d+)[^\n]*\n?", "\n".join(lines))
    if header is None:
        raise BadShape("no OFF header with the numbers of vertices and faces")
    body = "\n".join(lines)[header.end() :].splitlines()
    check_line_count(body, int(header[1]) + int(header[2]))
    if int(header[2]):
        check_last_face(body)
    return _read_mesh(path)


def read_obj(path: Path) -> Mesh:
    lines = text_lines(path.read_text(encoding="utf-8", errors="replace"))
    if lines and lines[-1].startswith("f ") and len(lines[-1].split()) < 4:
        raise BadShape("truncated: its last face has fewer than three corners")
    return _read_mesh(path, merge=True)


def read_merged(path: Path) -> Mesh:
    return _read_mesh(path, merge=True)


def read_ply(path: Path) -> Cloud | Mesh:
    header, end, body = path.read_bytes().partition(b"end_header")
    if not end:
        raise BadShape("no PLY header, or one cut short")
    if b"format ascii" in header:
        elements = re.findall(rb"^\s*element\s+(\w+)\s+(\d+)", header, re.MULTILINE)
        lines = text_lines(body.decode("utf-8", errors="replace"))
        check_line_count(lines, sum(int(number) for _, number in elements))
        if re.search(rb"element\s+face\s+[1-9]\d*\s+property\s+list[^\n]*\s*$", header):
            check_last_face(lines)
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
