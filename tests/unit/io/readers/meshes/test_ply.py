"""Ply files: lists of different lengths, every encoding, and elements that are not read."""

import numpy as np
import pytest

from inr2vec_core.geometry.raw import Cloud
from inr2vec_core.io.readers import read_geometry

from .prisms import MIXED, POLYGONS, VERTICES, read_closed, refused, write

ENCODINGS = ["ascii", "binary_little_endian", "binary_big_endian"]
FACE = ["list uchar int vertex_indices"]
POINT = ["float x", "float y", "float z"]
NUMPY = {"uchar": "u1", "char": "i1", "ushort": "u2", "short": "i2", "int": "i4", "uint": "u4"}
NUMPY |= {"float": "f4", "double": "f8", "int8": "i1", "uint32": "u4", "float64": "f8"}


def ply(encoding, *elements, newline="\n", header=()):
    """A file of elements (name, properties, rows); a list is a list within its row."""
    lines = ["ply", f"format {encoding} 1.0", *header]
    body = b""
    order = ">" if "big" in encoding else "<"
    for name, properties, rows in elements:
        lines += [f"element {name} {len(rows)}", *(f"property {p}" for p in properties)]
        for row in rows:
            cells = []
            for kind, value in zip(properties, row, strict=True):
                words = kind.split()
                is_list = words[0] == "list"
                cells += [(words[1], len(value))] if is_list else []
                cells += [(words[2], v) for v in value] if is_list else [(words[0], value)]
            if encoding == "ascii":
                body += " ".join(str(value) for _, value in cells).encode() + newline.encode()
            else:
                body += b"".join(np.array(v, order + NUMPY[t]).tobytes() for t, v in cells)
    return newline.join([*lines, "end_header", ""]).encode() + body


def prism(encoding, polygons, face=FACE, **options):
    faces = ("face", face, [(p,) for p in polygons])
    return ply(encoding, ("vertex", POINT, VERTICES), faces, **options)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("polygons", [POLYGONS, MIXED, MIXED[::-1]])
def test_concave_and_mixed_polygons(tmp_path, encoding, polygons):
    mesh = read_closed(write(tmp_path / "u.ply", prism(encoding, polygons)))
    assert mesh.vertices.tolist() == [list(corner) for corner in VERTICES]
    assert len(mesh.faces) == 28


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "face",
    ["list uchar int vertex_index", "list int uchar vertex_indices", "list uint32 int8 corners"],
)
def test_header_lines_and_types(tmp_path, encoding, newline, face):
    header = ["comment made by hand", "obj_info num_cols 3", "comment", "", "of two lines"]
    text = prism(encoding, MIXED, [face], newline=newline, header=header)
    read_closed(write(tmp_path / "u.ply", text))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("polygons", [MIXED, [[2, 1, 0], [0, 1, 2]]])
def test_properties_and_elements_that_are_not_needed(tmp_path, encoding, polygons):
    vertex = ["uchar red", "double z", "double x", "float nx", "float64 y"]
    face = ["short flag", "list uchar float texcoord", "list uchar int vertex_indices", "uchar red"]
    file = write(
        tmp_path / "u.ply",
        ply(
            encoding,
            ("camera", ["float view", "list uchar int ids"], [(1.5, [1, 2]), (2.5, [])]),
            ("vertex", vertex, [(9, z, x, 0.5, y) for x, y, z in VERTICES]),
            ("material", ["uchar red", "list uchar float shine"], [(1, [2, 3])]),
            ("face", face, [(7, [0.5] * (i % 3), p, 9) for i, p in enumerate(polygons)]),
            ("edge", ["int vertex1", "int vertex2"], [(0, 1)]),
        ),
    )
    if polygons is MIXED:
        read_closed(file)
    else:
        assert read_geometry(file).faces.tolist() == polygons


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_lists_among_the_coordinates(tmp_path, encoding):
    vertex = ["float x", "list uchar int ids", "float y", "float z"]
    rows = [(x, list(range(i % 3)), y, z) for i, (x, y, z) in enumerate(VERTICES)]
    faces = ("face", FACE, [(p,) for p in MIXED])
    read_closed(write(tmp_path / "u.ply", ply(encoding, ("vertex", vertex, rows), faces)))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_strips_of_triangles(tmp_path, encoding):
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    ring = [0, 1, 2, 3, 6, 7, 4, 5, 0, 1]
    lids = [-1, 0, 2, 4, 6, -1, 1, 5, 3, 7, -1]
    rows = [(ring + lids,)]
    strips = ("tristrips", ["list int int vertex_indices"], rows)
    file = write(tmp_path / "box.ply", ply(encoding, ("vertex", POINT, corners), strips))
    mesh = read_closed(file, area=6, volume=1)
    assert len(mesh.faces) == 12


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("name", "properties", "row"),
    [
        ("polygon", FACE, ([0, 1, 2],)),
        ("triangle", ["int a", "int b", "int c"], (0, 1, 2)),
        ("edge", ["int vertex1", "int vertex2"], (0, 1)),
    ],
)
def test_surface_in_another_element_is_refused(tmp_path, encoding, name, properties, row):
    text = ply(encoding, ("vertex", POINT, VERTICES), (name, properties, [row]), ("face", FACE, []))
    refused(write(tmp_path / "u.ply", text), f"no faces, but 1 rows of the element {name}")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_scan_with_its_raster_is_a_cloud(tmp_path, encoding):
    raster = ("range_grid", ["list uchar int vertex_indices"], [([],), ([0],), ([1],)])
    cloud = read_geometry(
        write(tmp_path / "scan.ply", ply(encoding, ("vertex", POINT, VERTICES), raster))
    )
    assert isinstance(cloud, Cloud)
    assert len(cloud.points) == 16


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_cloud_whose_header_lacks_the_line_of_no_faces(tmp_path, encoding):
    text = ply(encoding, ("vertex", POINT, VERTICES), ("face", FACE, []))
    file = write(tmp_path / "a.ply", text.replace(b"element face 0\n", b""))
    assert read_geometry(file).points.tolist() == [list(corner) for corner in VERTICES]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_first_strip_of_one_triangle(tmp_path, encoding):
    corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)]
    strips = ("tristrips", ["list int int vertex_indices"], [([0, 1, 2, -1, 2, 1, 3, -1],)])
    file = write(tmp_path / "a.ply", ply(encoding, ("vertex", POINT, corners), strips))
    assert read_geometry(file).faces.tolist() == [[0, 1, 2], [2, 1, 3]]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("twice", ["x", "vertex_indices"])
def test_a_name_that_is_given_twice_is_refused(tmp_path, encoding, twice):
    more = {"x": ["float x"], "vertex_indices": []}[twice]
    vertices = ("vertex", [*POINT, *more], [(*v, 9)[: 3 + len(more)] for v in VERTICES])
    face = FACE if more else FACE * 2
    polygons = ("face", face, [(p, p)[: len(face)] for p in POLYGONS])
    refused(write(tmp_path / "u.ply", ply(encoding, vertices, polygons)), f"declares {twice} twice")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("4 1 2 10 9", "3 1 2 10 9", "face 4 has more numbers"),
        ("3 0 0\n", "3 0 0 255\n", "vertex 2 has more numbers"),
    ],
)
def test_rows_of_more_numbers_than_declared_are_refused(tmp_path, old, new, reason):
    text = prism("ascii", POLYGONS).decode()
    assert f"\n{old}" in text
    refused(write(tmp_path / "u.ply", text.replace(f"\n{old}", f"\n{new}", 1)), reason)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("face", "row", "reason"),
    [
        (["list uchar int a", "list uchar int b"], ([0, 1, 2], [1]), "expected one list"),
        (["int a", "int b", "int c"], (0, 1, 2), "expected one list"),
        (FACE, ([0, 9, 1, 8],), "1 of 1 polygons cross themselves"),
        (FACE, ([0, 1, 16],), "a face names vertex 16"),
        (FACE, ([0, 1],), "points but no faces"),
    ],
)
def test_faces_that_cannot_be_read_are_refused(tmp_path, encoding, face, row, reason):
    text = ply(encoding, ("vertex", POINT, VERTICES), ("face", face, [row]))
    refused(write(tmp_path / "u.ply", text), reason)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_cut_anywhere_is_refused(tmp_path, encoding):
    whole = prism(encoding, MIXED)
    for length in range(1, len(whole.rstrip()) - 2, 23):
        refused(write(tmp_path / "u.ply", whole[:length]), "")


def test_bytes_left_over_are_refused(tmp_path):
    text = prism("binary_little_endian", MIXED)
    read_closed(write(tmp_path / "u.ply", text + b"\n"))
    refused(write(tmp_path / "u.ply", text + b"\1\2\3"), "3 bytes more than its header declares")
    crlf = text.replace(b"\x03\x00", b"\x03\x01\x00")
    refused(write(tmp_path / "u.ply", crlf), "")
    text = prism("ascii", MIXED) + b"3 0 1 2\n"
    refused(write(tmp_path / "u.ply", text), "has 31 lines, but its header declares 30")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("float x", "float u", "vertices have no x, y and z, but u, y, z"),
        ("float x", "quad x", "a line that is not read: property quad x"),
        ("ascii", "utf8", "a line that is not read: format utf8"),
        ("format ascii 1.0\n", "", "no line 'format'"),
        ("element face", "element vertex", "declares an element twice"),
        ("element vertex", "element vertices", "has no element vertex, but vertices, face"),
    ],
)
def test_headers_that_cannot_be_read_are_refused(tmp_path, old, new, reason):
    text = prism("ascii", MIXED).decode().replace(old, new, 1)
    refused(write(tmp_path / "u.ply", text), reason)
