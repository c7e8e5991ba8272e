"""Meshes in glb files, the binary kind of glTF 2.0."""

import json
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.io.readers.meshes.gltf_accessors import Accessors
from inr2vec_core.io.readers.meshes.gltf_primitives import Bones, primitive_triangles
from inr2vec_core.io.readers.meshes.gltf_scene import Placed, placed_meshes, skin_matrices
from inr2vec_core.io.readers.meshes.triangles import mesh_of
from inr2vec_core.io.readers.reasons import one_line

_MAGIC, _JSON, _BINARY = b"glTF", b"JSON", b"BIN\0"

# What may be required without changing any surface. Other names are refused where they are
# required: KHR_draco_mesh_compression, EXT_meshopt_compression and what is not invented yet.
_HARMLESS_PREFIXES = (
    "KHR_materials_",
    "KHR_texture_",
    "EXT_texture_",
    "KHR_lights_",
    "EXT_lights_",
)
_HARMLESS = ("KHR_mesh_quantization", "MSFT_texture_dds", "KHR_xmp", "KHR_xmp_json_ld")


def read_glb(path: Path) -> Mesh:
    """Read a glb file: the triangles of the scene that it shows first, as its nodes place them.

    Morph targets are taken with their default weights, skins with the joints as the nodes place
    them: the shape that a viewer shows before any animation. Quantized positions are read to
    scale. Points and lines are skipped. Vertices that are equal are merged.

    Args:
        path: the file.

    Returns:
        The vertices, sorted, and the triangles.

    Raises:
        BadShape: the file is cut short or not glTF 2, it needs an extension that is not read, its
            data contradict what it declares or do not follow the format, or there are no faces.
    """
    gltf, binary = _chunks(path.read_bytes())
    try:
        with np.errstate(invalid="ignore", over="ignore"):  # coordinates are checked later
            return _scene_mesh(gltf, Accessors(gltf, binary))
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise BadShape(f"does not follow glTF 2.0: {one_line(error)}") from error


def _scene_mesh(gltf: dict, accessors: Accessors) -> Mesh:
    for name in gltf.get("extensionsRequired", []):
        if not name.startswith(_HARMLESS_PREFIXES) and name not in _HARMLESS:
            raise BadShape(
                f"requires the glTF extension {name}, which is not read: save it without"
            )
    vertices, faces, n_vertices = [], [], 0
    for placed in placed_meshes(gltf):
        joints = None if placed.skin is None else skin_matrices(gltf, placed.skin, accessors)
        for primitive in gltf["meshes"][placed.mesh]["primitives"]:
            triangles = primitive_triangles(primitive, accessors, placed.weights)
            if triangles is None:
                continue
            points, corners, bones = triangles
            points, turned = _place(points, placed, joints, bones)
            vertices.append(points)
            faces.append((corners[:, ::-1] if turned else corners) + n_vertices)
            n_vertices += len(points)
    if not faces:
        raise BadShape("its scene holds no triangles")
    return mesh_of(np.concatenate(vertices), np.concatenate(faces), merge=True)


def _chunks(content: bytes) -> tuple[dict, bytes]:
    """The JSON and the binary chunk."""
    if content[:4] != _MAGIC or len(content) < 20:
        raise BadShape("no GLB header, or one cut short")
    version, length = np.frombuffer(content, "<u4", 2, 4).tolist()
    if version != 2:
        raise BadShape(f"is glTF {version}: only version 2 is read")
    if length > len(content):
        raise BadShape(f"truncated: {len(content)} of the {length} bytes its header declares")
    chunks, start = {}, 12
    while start + 8 <= length:
        size, kind = (
            int.from_bytes(content[start : start + 4], "little"),
            content[start + 4 : start + 8],
        )
        if start + 8 + size > length:
            raise BadShape("truncated: a chunk is longer than the file")
        chunks.setdefault(kind, content[start + 8 : start + 8 + size])
        start += 8 + size
    if _JSON not in chunks:
        raise BadShape("its first chunk is not JSON")
    try:
        gltf = json.loads(chunks[_JSON].rstrip(b"\0"))  # with which some programs fill it up
    except ValueError as error:
        raise BadShape(f"its JSON is damaged: {one_line(error)}") from error
    if not isinstance(gltf, dict):
        raise BadShape("its JSON is no object")
    counted = {key: _Counted(value) for key, value in gltf.items() if isinstance(value, list)}
    return gltf | counted, chunks.get(_BINARY, b"")


class _Counted(list):
    """A list whose items are counted from 0: a negative number is none of them."""

    def __getitem__(self, number):
        if isinstance(number, int) and number < 0:
            raise IndexError(f"item {number} of a list")
        return super().__getitem__(number)


def _place(
    points: np.ndarray, placed: Placed, joints: np.ndarray | None, bones: Bones | None
) -> tuple[np.ndarray, bool]:
    """Points where the scene has them, and whether that turned the triangles inside out."""
    if joints is not None and bones is not None:
        # A skin replaces the transform of the node.
        matrices = (joints[bones.joints] * bones.weights[..., None, None]).sum(axis=1)
        moved = np.einsum("nij,nj->ni", matrices[:, :3, :3], points) + matrices[:, :3, 3]
        return moved, bool(np.median(np.linalg.det(matrices[:, :3, :3])) < 0)
    matrix = placed.matrix
    if np.array_equal(matrix, np.eye(4)):
        return points, False
    return points @ matrix[:3, :3].T + matrix[:3, 3], bool(np.linalg.det(matrix[:3, :3]) < 0)
