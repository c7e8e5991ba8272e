"""Reading one geometry: every format whole, and every way in which a file can be bad."""

import logging
import pickle

import numpy as np
import open3d as o3d
import pytest
import trimesh

from inr2vec_core.geometry.raw import Cloud, Mesh
from inr2vec_core.io import readers
from inr2vec_core.io.readers import read_geometry
from unit.io.readers.helpers import bad

POINTS = np.random.default_rng(0).normal(size=(40, 3)).round(3)
OFF_TRIANGLE = "3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"
PLY_TRIANGLE = (
    "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
    "property float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n"
    "0 0 0\n1 0 0\n0 1 0\n"
)
MESH_KINDS = ["off", "obj", "ply", "ply_ascii", "stl", "stl_ascii", "glb"]
CLOUD_KINDS = ["ply", "ply_ascii", "pcd", "pcd_ascii", "pcd_compressed", "xyz", "npy"]


def write_mesh(folder, kind):
    """A box of 8 vertices and 12 faces."""
    suffix = kind.removesuffix("_ascii")
    options = {
        "ply": {"encoding": "binary"},
        "ply_ascii": {"encoding": "ascii"},
        "stl_ascii": {"file_type": "stl_ascii"},
    }
    file = folder / f"box.{suffix}"
    trimesh.creation.box((1, 2, 3)).export(file, **options.get(kind, {}))
    return file


def write_cloud(folder, kind):
    suffix, _, variant = kind.partition("_")
    options = {"write_ascii": variant == "ascii", "compressed": variant == "compressed"}
    file = folder / f"cloud.{suffix}"
    if suffix == "npy":
        np.save(file, POINTS)
    elif suffix == "xyz":
        np.savetxt(file, POINTS)
    else:
        cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(POINTS))
        o3d.io.write_point_cloud(str(file), cloud, **options)
    return file


def cut(file, share):
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    return file


def text_file(folder, name, text):
    file = folder / name
    file.write_text(text)
    return file


# ---------------------------------------------------------------------------- whole files


@pytest.mark.parametrize("kind", MESH_KINDS)
def test_box_has_the_same_closed_surface_in_every_format(tmp_path, kind):
    mesh = read_geometry(write_mesh(tmp_path, kind))
    assert isinstance(mesh, Mesh)
    assert (mesh.vertices.shape, mesh.vertices.dtype) == ((8, 3), np.float64)
    assert (mesh.faces.shape, mesh.faces.dtype) == ((12, 3), np.int64)
    assert mesh.face_parts is None
    box = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert box.is_watertight
    assert box.volume == pytest.approx(6)


@pytest.mark.parametrize("kind", CLOUD_KINDS)
def test_cloud_has_the_same_points_in_every_format(tmp_path, kind):
    cloud = read_geometry(write_cloud(tmp_path, kind))
    assert isinstance(cloud, Cloud)
    assert cloud.points.dtype == np.float64
    np.testing.assert_allclose(cloud.points, POINTS, atol=1e-6)


def test_scene_becomes_one_mesh(tmp_path):
    box = trimesh.creation.box()
    scene = trimesh.Scene([box, box.copy().apply_translation([3, 0, 0])])
    scene.export(tmp_path / "two.glb")
    mesh = read_geometry(tmp_path / "two.glb")
    assert (len(mesh.vertices), len(mesh.faces)) == (16, 24)
    assert np.ptp(mesh.vertices, axis=0).tolist() == [4, 1, 1]


@pytest.mark.parametrize("header", ["OFF\n", "OFF", "OFF ", "# made by hand\nOFF\n\n"])
def test_off_headers_of_modelnet(tmp_path, header):
    mesh = read_geometry(text_file(tmp_path, "a.OFF", header + OFF_TRIANGLE))
    assert mesh.vertices.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert mesh.faces.tolist() == [[0, 1, 2]]


def test_polygons_become_triangles(tmp_path):
    text = "OFF\n5 1 0\n0 0 0\n1 0 0\n2 1 0\n1 2 0\n0 1 0\n5 0 1 2 3 4\n"
    mesh = read_geometry(text_file(tmp_path, "a.off", text))
    areas = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).area_faces
    assert (len(areas), areas.sum()) == (3, pytest.approx(2.5))


def test_obj_vertices_split_by_texture_are_joined_and_materials_not_needed(tmp_path):
    text = (
        "mtllib none.mtl\nusemtl x\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 1\n"
        "f 1/1 2/1 3/1\nf 1/2 3/2 4/2\n"
    )
    mesh = read_geometry(text_file(tmp_path, "a.obj", text))
    assert (len(mesh.vertices), len(mesh.faces)) == (4, 2)


def test_ply_with_no_faces_declared_is_a_cloud(tmp_path):
    text = (
        "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\n"
        "property float z\nelement face 0\nproperty list uchar int vertex_indices\nend_header\n"
        "0 0 0\n1 0 0\n"
    )
    cloud = read_geometry(text_file(tmp_path, "a.ply", text))
    assert cloud.points.tolist() == [[0, 0, 0], [1, 0, 0]]


def test_npy_takes_the_first_three_columns(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(12, dtype=np.float32).reshape(2, 6))
    assert read_geometry(tmp_path / "a.npy").points.tolist() == [[0, 1, 2], [6, 7, 8]]


# ---------------------------------------------------------------------------- bad files


@pytest.mark.parametrize("share", [0.97, 0.9, 0.5, 0.1])
@pytest.mark.parametrize("kind", MESH_KINDS)
def test_truncated_mesh_is_set_aside(tmp_path, kind, share):
    bad(cut(write_mesh(tmp_path, kind), share))


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
@pytest.mark.parametrize("kind", [kind for kind in CLOUD_KINDS if kind != "xyz"])
def test_truncated_cloud_is_set_aside(tmp_path, kind, share):
    # xyz declares no number of points: only a line cut within its first three columns shows.
    bad(cut(write_cloud(tmp_path, kind), share))


@pytest.mark.parametrize("kind", ["pcd", "pcd_ascii", "pcd_compressed"])
def test_pcd_cut_anywhere_is_set_aside(tmp_path, kind):
    file = write_cloud(tmp_path, kind)
    whole = file.read_bytes()
    last_point = whole.rstrip().rfind(b"\n") if kind == "pcd_ascii" else len(whole)
    for length in range(1, last_point, 9):
        file.write_bytes(whole[:length])
        bad(file)


def test_pcd_without_a_number_of_points_has_its_grid(tmp_path):
    text = "FIELDS x y z\nWIDTH 2\nHEIGHT 1\nDATA ascii\n1 2 3\n4 5 6\n"
    cloud = read_geometry(text_file(tmp_path, "a.pcd", text))
    assert cloud.points.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_pcd_finds_its_axes_among_other_fields(tmp_path):
    header = "FIELDS _ z n y _ x\nSIZE 1 8 4 4 2 4\nTYPE U F F F I F\nCOUNT 3 1 2 1 1 1\nPOINTS 2\n"
    point = np.dtype("3u1, f8, 2f4, f4, i2, f4")
    rows = np.array([((1, 1, 1), 3, (0, 0), 2, 7, 1), ((1, 1, 1), 6, (0, 0), 5, 7, 4)], point)
    file = tmp_path / "a.pcd"
    file.write_bytes(header.encode() + b"DATA binary\n" + rows.tobytes())
    assert read_geometry(file).points.tolist() == [[1, 2, 3], [4, 5, 6]]
    text = "1 1 1 3 0 0 2 7 1\n1 1 1 6 0 0 5 7 4\n"
    file.write_text(header + "DATA ascii\n" + text)
    assert read_geometry(file).points.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("kind", ["f4", "f8", "i2", "i4"])
def test_compressed_pcd_of_every_type(tmp_path, kind):
    points = np.array([[1, 2, 3], [4, 5, 6]], kind)
    columns = [np.zeros((2, 3), "u1"), *points.T]  # compressed, fields follow one another
    values = b"".join(column.tobytes() for column in columns)
    parts = [values[i : i + 32] for i in range(0, len(values), 32)]
    data = b"".join(bytes([len(part) - 1]) + part for part in parts)
    size = points.itemsize
    header = (
        f"FIELDS _ x y z\nSIZE 1 {size} {size} {size}\nTYPE U {' '.join(3 * kind[0].upper())}\n"
    )
    header += "COUNT 3 1 1 1\nPOINTS 2\nDATA binary_compressed\n"
    lengths = np.array([len(data), len(values)], "<u4").tobytes()
    file = tmp_path / "a.pcd"
    file.write_bytes(header.encode() + lengths + data)
    assert read_geometry(file).points.tolist() == points.tolist()


@pytest.mark.parametrize("line", ["DATA ascii ", "DATA\tascii", "DATA  ascii\r"])
@pytest.mark.parametrize("fields", ["FIELDS", "COLUMNS"])
def test_pcd_header_as_older_programs_write_it(tmp_path, line, fields):
    text = f"{fields} x y z\nPOINTS 2\n{line}\n1 2 3\n4 5 6\n"
    cloud = read_geometry(text_file(tmp_path, "a.pcd", text))
    assert cloud.points.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("kind", ["pcd", "pcd_compressed"])
def test_pcd_with_more_bytes_than_declared_is_set_aside(tmp_path, kind):
    file = write_cloud(tmp_path, kind)
    content = file.read_bytes()
    file.write_bytes(content + bytes(99))  # PCL fills up pages of memory
    assert len(read_geometry(file).points) == len(POINTS)
    file.write_bytes(content + content[-24:] + b"x")
    bad(file, "25 bytes more than its header declares")


@pytest.mark.parametrize("kind", ["off", "obj", "ply", "stl", "glb", "pcd", "xyz", "npy"])
def test_empty_file_is_set_aside(tmp_path, kind):
    bad(text_file(tmp_path, f"a.{kind}", ""), "the file is empty")


@pytest.mark.parametrize("kind", ["off", "obj", "ply", "stl", "glb", "pcd", "xyz", "npy"])
def test_noise_is_set_aside(tmp_path, kind):
    file = tmp_path / f"a.{kind}"
    file.write_bytes(np.random.default_rng(0).bytes(2000))
    bad(file)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.off", "OFF\n3 2 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n", "truncated: 4 of the 5 lines"),
        (
            "a.off",
            "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1\n",
            "truncated: its last face has 2 of 3",
        ),
        ("a.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n", "face"),
        ("a.off", "OFF\n3 0 0\n0 0 0\n1 0 0\n0 1 0\n", "holds no faces"),
        ("a.off", "OFF\n3 1 0\n0 0 0\n1 0 nan\n0 inf 0\n3 0 1 2\n", "2 of 3 points have NaN"),
        ("a.off", "COLLADA\n", "no OFF header"),
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\n", "points but no faces"),
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\nf 1 2\n", "truncated: its last face"),
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "vertex 9, but there are 3"),
        ("a.obj", "# nothing\n", "no points or faces"),
        ("a.ply", "ply\nformat ascii 1.0\nelement vertex 3\n", "no PLY header, or one cut short"),
        ("a.ply", PLY_TRIANGLE + "3 0 1\n", "truncated: its last face has 2 of 3"),
        ("a.ply", PLY_TRIANGLE + "3 0 1 7\n", "a face names vertex 7, but there are 3"),
        ("a.xyz", "# nothing\n", "holds no points"),
        ("a.xyz", "1 2 3\nnan 2 3\n", "1 of 2 points have NaN or infinite"),
        ("a.pcd", "FIELDS x y z\nPOINTS 0\nDATA ascii\n", "holds no points"),
        ("a.pcd", "FIELDS x x y z\nPOINTS 1\nDATA ascii\n1 2 3 4\n", "has the field x twice"),
        (
            "a.pcd",
            "FIELDS x y\nPOINTS 1\nDATA ascii\n1 2\n",
            "its fields are x, y: x, y and z are needed",
        ),
        (
            "a.pcd",
            "FIELDS x y z\nPOINTS 1\nDATA ascii\n1 2\n",
            r"line 4 \(1 2\) has 2 columns, not 3 or more",
        ),
        (
            "a.pcd",
            "FIELDS x y z\nPOINTS two\nDATA ascii\n1 2 3\n",
            "header cannot be read: .*'two'",
        ),
        (
            "a.pcd",
            "FIELDS x y z\nWIDTH 2\nHEIGHT 3\nPOINTS 5\nDATA ascii\n",
            "WIDTH x HEIGHT are 6",
        ),
        ("a.pcd", "FIELDS x y z\nPOINTS 1\nDATA binary\n123", "header cannot be read"),
        ("a.pcd", "FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\nDATA lzma\n", "data are lzma"),
        ("a.step", "x", r"no reader for \.step"),
    ],
)
def test_reason_says_what_is_wrong(tmp_path, name, text, reason):
    bad(text_file(tmp_path, name, text), reason)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((4, 2)), r"holds a \(4, 2\) float64 array; expected \(N, 3\) floats"),
        (np.zeros(12), r"holds a \(12,\) float64 array"),
        (np.zeros((4, 3), int), r"holds a \(4, 3\) int64 array"),
        (np.zeros((0, 3)), "holds no points"),
        (np.full((4, 3), np.inf), "4 of 4 points have NaN or infinite"),
    ],
)
def test_npy_of_another_shape_or_kind_is_set_aside(tmp_path, array, reason):
    np.save(tmp_path / "a.npy", array)
    bad(tmp_path / "a.npy", reason)


class Bomb:
    """Raises when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("unpickled",)


def test_nothing_is_unpickled(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([Bomb()], object), allow_pickle=True)
    bad(tmp_path / "objects.npy", "holds Python objects, which are never read")
    (tmp_path / "pickle.npy").write_bytes(pickle.dumps(Bomb()))
    bad(tmp_path / "pickle.npy", "unreadable")


def test_missing_file_is_set_aside(tmp_path):
    bad(tmp_path / "none.off", "is missing")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"__import__('os')".ljust(117), "malformed node or string on line 1: <ast.Call object>$"),
        (b"(" * 60_000, "Header info length .* is large and may not be safe to load securely.$"),
    ],
)
def test_reasons_of_bad_npy_headers(tmp_path, header, reason):
    file = tmp_path / "a.npy"
    length = np.uint32(len(header) + 1).tobytes()
    file.write_bytes(b"\x93NUMPY\x02\0" + length + header + b"\n")
    bad(file, f"its header cannot be read: {reason}")


def test_an_error_that_cannot_tell_itself(tmp_path, monkeypatch):
    class Mute(Exception):
        def __str__(self):
            raise ValueError("of no words")

    def read(path):
        raise Mute

    monkeypatch.setitem(readers._READERS, ".off", read)
    bad(text_file(tmp_path, "a.off", "OFF\n"), "unreadable: Mute: no reason given")


def test_bad_files_are_not_logged_at_length(tmp_path, caplog, capfd):
    meshes = [write_mesh(tmp_path, kind) for kind in ("glb", "obj", "stl")]
    file = write_cloud(tmp_path, "pcd_compressed")
    caplog.set_level(logging.DEBUG)
    for mesh in meshes:
        bad(cut(mesh, 0.5))
    file.write_bytes(file.read_bytes()[:-300] + bytes(300))
    bad(file, "compressed points are damaged")
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
