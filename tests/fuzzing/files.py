"""Small sound files of every kind that is read, as bytes."""

import io
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import h5py
import numpy as np
import open3d as o3d
import trimesh

SOLIDS = {
    "box": trimesh.creation.box((1, 2, 3)),
    "ball": trimesh.creation.icosphere(1),
    "ring": trimesh.creation.torus(1, 0.3, 6, 5),
}
CLOUD = np.random.default_rng(0).normal(size=(60, 3))
GRID = np.random.default_rng(0).random((6, 5, 4)) < 0.4
# The box with two of its sides as quadrilaterals, to mix them with triangles.
QUADS = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6]]
QUADS += [[0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
CORNERS = np.array(np.meshgrid([0, 1], [0, 2], [0, 3], indexing="ij")).reshape(3, -1).T


def _off() -> list[bytes]:
    lines = ["OFF", f"{len(CORNERS)} {len(QUADS)} 0", *(" ".join(map(str, v)) for v in CORNERS)]
    lines += [f"{len(face)} " + " ".join(map(str, face)) for face in QUADS]
    return ["\n".join(lines).encode(), *_exported("off")]


def _obj() -> list[bytes]:
    lines = [
        "# a box",
        "mtllib none.mtl",
        "o box",
        *("v " + " ".join(map(str, v)) for v in CORNERS),
    ]
    lines += ["vt 0 0", "vn 0 0 1", "g side"]
    lines += ["f " + " ".join(f"{i - 8}/1/1" for i in face) for face in QUADS]
    return ["\n".join(lines).encode(), *_exported("obj")]


def _ply() -> list[bytes]:
    ascii_ = SOLIDS["ball"].export(file_type="ply", encoding="ascii")
    quads = "ply\nformat ascii 1.0\nelement vertex 8\nproperty float x\nproperty float y\n"
    quads += (
        f"property float z\nelement face {len(QUADS)}\nproperty list uchar int vertex_indices\n"
    )
    rows = [*(" ".join(map(str, v)) for v in CORNERS)]
    rows += [f"{len(face)} " + " ".join(map(str, face)) for face in QUADS]
    header = (quads + "end_header\n").encode()
    binary = header.replace(b"ascii", b"binary_little_endian") + CORNERS.astype("<f4").tobytes()
    binary += b"".join(bytes([len(f)]) + np.array(f, "<i4").tobytes() for f in QUADS)
    cloud = trimesh.PointCloud(CLOUD).export(file_type="ply")
    return [ascii_, header + "\n".join(rows).encode(), binary, cloud, *_exported("ply")]


def _stl() -> list[bytes]:
    return [SOLIDS["box"].export(file_type="stl_ascii").encode(), *_exported("stl")]


def _glb() -> list[bytes]:
    scene = trimesh.Scene([SOLIDS["box"], SOLIDS["ball"]])
    return [scene.export(file_type="glb"), *_exported("glb")]


def _exported(kind: str) -> list[bytes]:
    made = [solid.export(file_type=kind) for solid in SOLIDS.values()]
    return [data.encode() if isinstance(data, str) else data for data in made]


def _pcd() -> list[bytes]:
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(CLOUD))

    def written(path: Path, **options) -> None:
        o3d.io.write_point_cloud(str(path), cloud, **options)

    options = [{"write_ascii": True}, {}, {"compressed": True}]
    return [_through_file(written, "cloud.pcd", **one) for one in options]


def _through_file(write: Callable, name: str, **options) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path, **options)
        return path.read_bytes()


def _xyz() -> list[bytes]:
    made = []
    for delimiter, comments in ((" ", ""), (",", ""), (" ", "x y z\n")):
        file = io.BytesIO(comments.encode())
        file.seek(0, io.SEEK_END)
        np.savetxt(file, CLOUD, "%.5f", delimiter)
        made.append(file.getvalue())
    return made


def _npy() -> list[bytes]:
    made = []
    for array in (CLOUD, CLOUD.astype(np.float32), GRID, GRID.astype(np.float32)):
        file = io.BytesIO()
        np.save(file, array)
        made.append(file.getvalue())
    return made


def _npz() -> list[bytes]:
    made = []
    for save in (np.savez, np.savez_compressed):
        for arrays in ({"points": CLOUD}, {"voxels": GRID}):
            file = io.BytesIO()
            save(file, **arrays)
            made.append(file.getvalue())
    return made


def _binvox() -> list[bytes]:
    flat = GRID.transpose(0, 2, 1).reshape(-1)
    runs = b"".join(bytes([int(voxel), 1]) for voxel in flat)
    return [b"#binvox 1\ndim 6 4 5\ntranslate 0 0 0\nscale 1\ndata\n" + runs]


def _h5() -> list[bytes]:
    def written(path: Path, **options) -> None:
        with h5py.File(path, "w") as h5:
            h5.create_dataset("voxels", data=GRID, **options)

    compressed = {"compression": "gzip", "chunks": (3, 3, 3), "shuffle": True}
    return [_through_file(written, "grid.h5", **one) for one in ({}, compressed)]


_MAKERS = {
    ".binvox": _binvox, ".glb": _glb, ".h5": _h5, ".npy": _npy, ".npz": _npz, ".obj": _obj,
    ".off": _off, ".pcd": _pcd, ".ply": _ply, ".stl": _stl, ".xyz": _xyz,
}  # fmt: skip
KINDS = tuple(_MAKERS)


@lru_cache
def sound_files(kind: str) -> tuple[bytes, ...]:
    """Some files of a kind, such as ".off"."""
    return tuple(_MAKERS[kind]())
