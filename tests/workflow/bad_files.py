"""Files that hold no shape, by the kind of fault, and good files beside them."""

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import open3d as o3d
import trimesh

CLASSES, SPLITS = ("ball", "disc", "box"), ("train", "val", "test")
TEXT_KINDS = (".off", ".obj", ".ply", ".stl", ".xyz", ".pcd")
BINARY_KINDS = (".glb", ".npy", ".npz", ".binvox", ".h5")
KINDS = (*TEXT_KINDS, *BINARY_KINDS)

# A file's name, and its content or a function that makes it at a path.
Made = tuple[str, bytes | Callable[[Path], object]]


def points_of(rng: np.random.Generator, n: int = 80) -> np.ndarray:
    return rng.normal(size=(n, 3)).round(4)


def mesh_of(rng: np.random.Generator) -> trimesh.Trimesh:
    return trimesh.creation.box(rng.uniform(0.5, 2, 3))


def saved(save: Callable, *args, **kwargs) -> bytes:
    """What a function writes to a file object."""
    file = io.BytesIO()
    save(file, *args, **kwargs)
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    return saved(np.save, array, allow_pickle=True)


def xyz(points: np.ndarray, delimiter: str = " ", fmt: str = "%.4f") -> bytes:
    return saved(np.savetxt, points, delimiter=delimiter, fmt=fmt)


def off(vertices, faces, counts=None) -> bytes:
    n_vertices, n_faces = counts or (len(vertices), len(faces))
    lines = ["OFF", f"{n_vertices} {n_faces} 0", *(" ".join(map(str, v)) for v in vertices)]
    return "\n".join([*lines, *(f"{len(f)} " + " ".join(map(str, f)) for f in faces)]).encode()


def obj(vertices, faces) -> bytes:
    lines = ["v " + " ".join(map(str, v)) for v in vertices]
    return "\n".join([*lines, *("f " + " ".join(str(i + 1) for i in f) for f in faces)]).encode()


def ply(header: str, body: bytes = b"") -> bytes:
    return f"ply\nformat {header}\nend_header\n".encode() + body


def glb(document: dict, binary: bytes = b"") -> bytes:
    text = json.dumps(document).encode()
    chunks = b""
    for kind, data in ((b"JSON", text + b" " * (-len(text) % 4)),
                       (b"BIN\0", binary + b"\0" * (-len(binary) % 4))):  # fmt: skip
        chunks += struct.pack("<I4s", len(data), kind) + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def pcd(points: np.ndarray, folder: Path, **options) -> bytes:
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))
    path = folder / ".tmp.pcd"
    o3d.io.write_point_cloud(str(path), cloud, **options)
    content = path.read_bytes()
    path.unlink()
    return content


def whole_files(rng: np.random.Generator, folder: Path) -> dict[str, bytes]:
    """Good files of the formats that notice where they are cut short."""
    mesh, points = mesh_of(rng), points_of(rng)
    return {
        "a.off": off(mesh.vertices.tolist(), mesh.faces.tolist()),
        "b.ply": mesh.export(file_type="ply"),
        "c.ply": mesh.export(file_type="ply", encoding="ascii"),
        "d.stl": mesh.export(file_type="stl"),
        "e.glb": mesh.export(file_type="glb"),
        "f.npy": npy(points),
        "g.npz": saved(np.savez, points=points),
        "h.pcd": pcd(points, folder, write_ascii=True),
        "i.pcd": pcd(points, folder),
        "j.pcd": pcd(points, folder, compressed=True),
        "k.ply": trimesh.PointCloud(points).export(file_type="ply"),
    }


# ---------------------------------------------------------------------------- kinds of fault


def empty(rng, folder) -> list[Made]:
    return [(f"a{kind}", b"") for kind in KINDS]


def blank(rng, folder) -> list[Made]:
    return [(f"a{kind}", b" \n\n \t\n") for kind in KINDS]


def noise(rng, folder) -> list[Made]:
    return [(f"a{kind}", rng.bytes(2000)) for kind in KINDS]


def zeros(rng, folder) -> list[Made]:
    return [(f"a{kind}", bytes(4096)) for kind in KINDS]


def web_page(rng, folder) -> list[Made]:
    page = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body></body></html>\n"
    return [(f"a{kind}", page) for kind in KINDS]


def lfs_pointer(rng, folder) -> list[Made]:
    text = f"version 1\noid sha256:{rng.bytes(32).hex()}\nsize {rng.integers(1 << 20)}\n"
    return [(f"a{kind}", text.encode()) for kind in KINDS]


def json_text(rng, folder) -> list[Made]:
    return [(f"a{kind}", json.dumps({"points": [[0, 0, 0]]}).encode()) for kind in KINDS]


def archive(rng, folder) -> list[Made]:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("a.off", off([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]))
    return [(f"a{kind}", content.getvalue()) for kind in KINDS]


def wrong_extension(rng, folder) -> list[Made]:
    """The content of one format under another's name."""
    whole = whole_files(rng, folder)
    pairs = [("a.off", ".ply"), ("b.ply", ".off"), ("d.stl", ".glb"), ("e.glb", ".npy"),
             ("f.npy", ".npz"), ("g.npz", ".npy"), ("h.pcd", ".ply"), ("i.pcd", ".off"),
             ("c.ply", ".glb"), ("f.npy", ".h5"), ("b.ply", ".binvox"),
             ("e.glb", ".pcd")]  # fmt: skip
    return [(f"{name[0]}{kind}", whole[name]) for name, kind in pairs]


def cut_short(rng, folder) -> list[Made]:
    whole = whole_files(rng, folder)
    return [(name, data[: int(rng.uniform(0.1, 0.9) * len(data))]) for name, data in whole.items()]


def cut_at_half(rng, folder) -> list[Made]:
    return [(name, data[: len(data) // 2]) for name, data in whole_files(rng, folder).items()]


def nan_coordinates(rng, folder) -> list[Made]:
    points = points_of(rng)
    points[rng.integers(len(points))] = np.nan
    vertices = [["nan", 0, 0], [1, 0, 0], [0, 1, 0]]
    return [("a.npy", npy(points)), ("b.npz", saved(np.savez, points)), ("c.xyz", xyz(points)),
            ("d.off", off(vertices, [[0, 1, 2]])), ("e.obj", obj(vertices, [[0, 1, 2]])),
            ("f.ply", trimesh.PointCloud(points).export(file_type="ply")),
            ("g.pcd", pcd(points, folder, write_ascii=True))]  # fmt: skip


def infinite_coordinates(rng, folder) -> list[Made]:
    points = points_of(rng)
    points[rng.integers(len(points)), 1] = -np.inf
    vertices = [["inf", 0, 0], [1, 0, 0], [0, 1, 0]]
    return [("a.npy", npy(points)), ("c.xyz", xyz(points)), ("d.off", off(vertices, [[0, 1, 2]])),
            ("f.ply", trimesh.PointCloud(points).export(file_type="ply"))]  # fmt: skip


def no_such_vertex(rng, folder) -> list[Made]:
    vertices, faces = [[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, int(rng.integers(3, 99))]]
    header = ("ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
              "element face 1\nproperty list uchar int vertex_indices")  # fmt: skip
    body = b"0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n"
    return [("a.off", off(vertices, faces)), ("b.obj", obj(vertices, faces)),
            ("c.ply", ply(header, body)), ("d.off", off(vertices, [[0, 1, -5]]))]  # fmt: skip


def huge_counts(rng, folder) -> list[Made]:
    """Headers that claim 10^9 and more of everything."""
    vertices, faces, n = [[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], 10**9
    xyz_header = "property float x\nproperty float y\nproperty float z"
    array = npy(points_of(rng)).replace(b"(80, 3)", b"(%d, 3)" % n)
    return [
        ("a.off", off(vertices, faces, (n, 1))),
        ("b.off", off(vertices, faces, (3, n))),
        ("c.ply", ply(f"ascii 1.0\nelement vertex {n}\n{xyz_header}", b"0 0 0\n")),
        ("d.ply", ply(f"binary_little_endian 1.0\nelement vertex {n}\n{xyz_header}", bytes(36))),
        ("e.stl", bytes(80) + struct.pack("<I", n) + bytes(50)),
        ("f.npy", array[:8] + struct.pack("<H", len(array) - 10 - 1920) + array[10:]),
        ("g.pcd", pcd(points_of(rng), folder).replace(b"80", b"%d" % n)),
        ("h.binvox", b"#binvox 1\ndim 4000 4000 4000\ntranslate 0 0 0\nscale 1\ndata\n\x01\xff"),
    ]


def no_faces(rng, folder) -> list[Made]:
    vertices = points_of(rng, 9).tolist()
    header = "ascii 1.0\nelement vertex 0\nproperty float x\nproperty float y\nproperty float z"
    return [("a.off", off(vertices, [])), ("b.obj", obj(vertices, [])), ("c.ply", ply(header)),
            ("d.stl", bytes(84)), ("e.stl", b"solid a\nendsolid a\n")]  # fmt: skip


def no_area(rng, folder) -> list[Made]:
    line = [[0, 0, 0], [1, 1, 1], [2, 2, 2]]
    return [("a.off", off(line, [[0, 1, 2]])), ("b.obj", obj(line, [[0, 1, 2]])),
            ("c.off", off([[1, 1, 1]] * 3, [[0, 1, 2]]))]  # fmt: skip


def one_point_many_times(rng, folder) -> list[Made]:
    points = np.repeat(points_of(rng, 1), 80, axis=0)
    return [("a.npy", npy(points)), ("b.xyz", xyz(points)), ("c.pcd", pcd(points, folder)),
            ("d.ply", trimesh.PointCloud(points).export(file_type="ply"))]  # fmt: skip


def too_few_points(rng, folder) -> list[Made]:
    points = points_of(rng, int(rng.integers(4, 40)))
    return [("a.npy", npy(points)), ("b.xyz", xyz(points)), ("c.pcd", pcd(points, folder)),
            ("d.npz", saved(np.savez, points=points))]  # fmt: skip


def python_objects(rng, folder) -> list[Made]:
    objects = np.array([{"points": 1}, None], object)
    return [("a.npy", npy(objects)), ("b.npz", saved(np.savez, points=objects)),
            ("c.npy", b"\x80\x04]\x94."), ("d.npz", b"\x80\x04]\x94.")]  # fmt: skip


def arrays_of_another_kind(rng, folder) -> list[Made]:
    points = points_of(rng)
    other = [points.astype(int), points.astype(complex), points.astype("U8"), points[:, :2],
             points[:, 0], points.T, points[None], points[None, None], points[:0],
             np.float64(3), points.astype(bool)]  # fmt: skip
    return [(f"{chr(97 + k)}.npy", npy(np.asarray(array))) for k, array in enumerate(other)]


def several_arrays(rng, folder) -> list[Made]:
    points = points_of(rng)
    return [("a.npz", saved(np.savez, a=points, b=points)), ("b.npz", saved(np.savez)),
            ("c.npz", saved(np.savez, points=points, voxels=points))]  # fmt: skip


def grids(rng, folder) -> list[Made]:
    """Voxels, where points are wanted."""
    grid = rng.random((4, 4, 4)) < 0.5

    def h5(path):
        with h5py.File(path, "w") as file:
            file["voxels"] = grid

    binvox = b"#binvox 1\ndim 2 2 2\ntranslate 0 0 0\nscale 1\ndata\n\x01\x08"
    return [("a.npy", npy(grid)), ("b.npz", saved(np.savez, voxels=grid)), ("c.h5", h5),
            ("d.binvox", binvox)]  # fmt: skip


def h5_of_other_things(rng, folder) -> list[Made]:
    def nothing(path):
        h5py.File(path, "w").close()

    def text(path):
        with h5py.File(path, "w") as file:
            file["voxels"] = "a chair"

    return [("a.h5", nothing), ("b.hdf5", text)]


def decimal_commas(rng, folder) -> list[Made]:
    text = xyz(points_of(rng)).replace(b".", b",")
    return [("a.xyz", text.replace(b" ", b",")), ("b.xyz", b"1,234,567\n" * 80)]


def ragged_rows(rng, folder) -> list[Made]:
    lines = xyz(points_of(rng)).splitlines()
    lines[40] = lines[40].rsplit(b" ", 1)[0]
    return [("a.xyz", b"\n".join(lines)), ("b.xyz", xyz(points_of(rng)[:, :2]))]


def words_for_numbers(rng, folder) -> list[Made]:
    lines = xyz(points_of(rng)).splitlines()
    lines[int(rng.integers(20, 60))] = b"0.1 n/a 0.3"
    vertices = [["a", "b", "c"], [1, 0, 0], [0, 1, 0]]
    spoiled = pcd(points_of(rng), folder, write_ascii=True).replace(b" ", b" x")
    return [("a.xyz", b"\n".join(lines)), ("b.off", off(vertices, [[0, 1, 2]])),
            ("c.obj", obj(vertices, [[0, 1, 2]])), ("d.pcd", spoiled)]  # fmt: skip


def needed_extensions(rng, folder) -> list[Made]:
    """glTF that requires what cannot be read."""
    names = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "ACME_own_geometry")
    mesh = {"primitives": [{"attributes": {"POSITION": 0}, "extensions": {}}]}
    document = {"asset": {"version": "2.0"}, "meshes": [mesh], "nodes": [{"mesh": 0}],
                "scenes": [{"nodes": [0]}],
                "accessors": [{"componentType": 5126, "count": 3, "type": "VEC3"}]}  # fmt: skip
    return [
        (f"{chr(97 + k)}.glb", glb(document | {"extensionsUsed": [n], "extensionsRequired": [n]}))
        for k, n in enumerate(names)
    ]


def unknown_elements(rng, folder) -> list[Made]:
    """PLY whose surface lies in elements of another name than face."""
    header = ("ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
              "element patches 1\nproperty list uchar int corner_indices")  # fmt: skip
    return [("a.ply", ply(header, b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"))]


def headers_with_faults(rng, folder) -> list[Made]:
    xyz_header = "property float x\nproperty float y\nproperty float z"
    body = b"\n".join([b"0 0 0"] * 80)
    return [
        ("a.ply", ply(f"middle_endian 1.0\nelement vertex 80\n{xyz_header}", body)),
        ("b.ply", ply("ascii 1.0\nelement vertex 80\nproperty float x", body)),
        ("c.ply", ply(f"ascii 1.0\nelement vertex -3\n{xyz_header}", body)),
        ("d.off", b"OFF\nthree one zero\n0 0 0\n"),
        ("e.off", b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"),
        ("f.pcd", pcd(points_of(rng), folder, write_ascii=True).replace(b"x y z", b"u v w")),
        ("g.pcd", b"VERSION 0.7\nFIELDS x y z\nDATA ascii\n0 0 0\n"),
        ("h.binvox", b"#binvox 1\ndim 2 2\ndata\n\x01\x04"),
    ]


def too_large_numbers(rng, folder) -> list[Made]:
    vertices = [[0, 0, 0], ["1e308", 0, 0], ["-1e308", "1e308", 0]]
    return [("a.off", off(vertices, [[0, 1, 2]])), ("b.npy", npy(points_of(rng) * 1e307)),
            ("c.obj", obj([["1e999", 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]))]  # fmt: skip


def spoiled_archives(rng, folder) -> list[Made]:
    content = bytearray(saved(np.savez_compressed, points=points_of(rng)))
    content[len(content) // 2] ^= 0xFF
    return [("a.npz", bytes(content)), ("b.npz", bytes(content[10:]))]


def links_to_nothing(rng, folder) -> list[Made]:
    return [(f"a{kind}", lambda path: path.symlink_to("nowhere/at/all")) for kind in KINDS[:4]] + [
        ("b.off", lambda path: path.symlink_to(path.name))
    ]


def no_files(rng, folder) -> list[Made]:
    return [("a.off", os.mkfifo)]


def spoiled_colors(rng, folder) -> list[Made]:
    """Colors where coordinates should be: fewer than three numbers a line."""
    return [("a.xyz", b"#ff0000\n" * 80), ("b.xyz", b"0x10 0x20 0x30\n" * 80)]


FAULTS = (
    empty, blank, noise, zeros, web_page, lfs_pointer, json_text, archive, wrong_extension,
    cut_short, cut_at_half, nan_coordinates, infinite_coordinates, no_such_vertex, huge_counts,
    no_faces, no_area, one_point_many_times, too_few_points, python_objects,
    arrays_of_another_kind, several_arrays, grids, h5_of_other_things, decimal_commas,
    ragged_rows, words_for_numbers, needed_extensions, unknown_elements, headers_with_faults,
    too_large_numbers, spoiled_archives, links_to_nothing, no_files, spoiled_colors,
)  # fmt: skip


# ---------------------------------------------------------------------------- a data set


def write_bad_files(root: Path, number: int, seed: int = 0) -> dict[str, str]:
    """Write bad files of every kind into all classes and splits.

    Args:
        root: the data set's folder.
        number: at least how many files; kinds take turns until there are as many.
        seed: the seed of their content.

    Returns:
        The kind of fault of each file, by its path.
    """
    rng, written = np.random.default_rng(seed), {}
    for turn in range(number):
        folder = root / CLASSES[turn % 3] / SPLITS[turn // 3 % 3]
        folder.mkdir(parents=True, exist_ok=True)
        for fault in FAULTS:
            for name, content in fault(rng, folder):
                path = folder / f"{fault.__name__}-{turn}-{name}"
                # An id is a path without its extension, and ids must differ.
                path = path.with_stem(f"{path.stem}-{path.suffix[1:]}")
                path.write_bytes(content) if isinstance(content, bytes) else content(path)
                written[str(path)] = fault.__name__
        if len(written) >= number:
            break
    return written


def write_good_files(root: Path, number: int, seed: int = 1) -> list[str]:
    """Write good files in many formats, a class and split after the other; returns their ids."""
    rng, ids = np.random.default_rng(seed), []
    for k in range(number):
        class_name, split = CLASSES[k % 3], SPLITS[k // 3 % 3]
        folder = root / class_name / split
        folder.mkdir(parents=True, exist_ok=True)
        whole = whole_files(rng, folder) | {"l.xyz": xyz(points_of(rng))}
        name = sorted(whole)[k % len(whole)]
        (folder / f"good-{k}{name[1:]}").write_bytes(whole[name])
        ids.append(f"{class_name}/{split}/good-{k}")
    return sorted(ids)
