"""Off files: every header, polygons of any size, colors after rows."""

import pytest

from .prisms import MIXED, POLYGONS, VERTICES, read_closed, refused, write


def off(polygons=POLYGONS, header="OFF\n", vertex="", face=""):
    lines = [f"{header}{len(VERTICES)} {len(polygons)} 0"]
    lines += [" ".join(map(str, corner)) + vertex for corner in VERTICES]
    lines += [" ".join(map(str, [len(p), *p])) + face for p in polygons]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("polygons", [POLYGONS, MIXED, MIXED[::-1]])
def test_concave_and_mixed_polygons(tmp_path, polygons):
    mesh = read_closed(write(tmp_path / "u.off", off(polygons)))
    assert mesh.vertices.tolist() == [list(corner) for corner in VERTICES]
    assert len(mesh.faces) == 28


@pytest.mark.parametrize(
    "options",
    [
        {"header": "OFF"},
        {"header": "# made by hand\n\nOFF # here\n"},
        {"header": "COFF\n", "vertex": " 255 0 0 255"},
        {"header": "NOFF\n", "vertex": " 0 0 1"},
        {"header": "STCNOFF\n", "vertex": " 0 0 1 1 0 0 1 0.5 0.5"},
        {"header": "NCSTOFF\n", "vertex": " 1 0 0 1 0 0 1 0.5 0.5"},  # as MeshLab writes it
        {"header": "off\n"},
        {"header": "nOFF\n3\n"},
        {"header": "nOFF 3 "},
        {"face": " 0.5 0.5 0.5"},
        {"face": " 7  # a comment"},
    ],
)
def test_headers_and_colors(tmp_path, options):
    read_closed(write(tmp_path / "u.off", off(MIXED, **options)))


def test_colors_after_some_faces(tmp_path):
    lines = off(MIXED).splitlines()
    lines[17:24] = [f"{line} 9 9 9" for line in lines[17:24]]
    read_closed(write(tmp_path / "u.off", "\r\n".join(lines)))


def test_points_and_edges_beside_faces_are_skipped(tmp_path):
    read_closed(write(tmp_path / "u.off", off([[3], [0, 1], *MIXED])))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (off(header="4OFF\n", vertex=" 1"), "its vertices have 4 coordinates, not 3"),
        (off(header="nOFF\n2\n"), "its vertices have 2 coordinates, not 3"),
        ("OFF BINARY\n\0\0\0\3", "is a binary off file"),
        ("OFF\nx y z\n", "no OFF header with the numbers"),
        (off() + "3 0 1 2\n", "has 27 lines, but its header declares 26"),
        (off().replace("4 1 2 10 9", "4 1 2 10"), "truncated: face 4 has 3 of 4 corners"),
        (off().replace("4 1 2 10 9", "99999999999 1 2 10"), "face 4 has 3 of 99999999999 corners"),
        (off().replace("4 1 2 10 9", "4 1 2 10 99"), "a face names vertex 99"),
        (off().replace("4 1 2 10 9", "-4 1 2 10 9"), "face 4 has -4 corners"),
        (off().replace("4 1 2 10 9", "4 1 10 2 9"), "1 of 10 polygons cross themselves"),
        (
            off().replace("3 0 0\n", "3 0 1.#QNAN\n", 1),
            "point 2 is '3 0 1.#QNAN', without three numbers",
        ),
        (off().replace("3 0 0\n", "3,0 0 0\n", 1), "point 2 is '3,0 0 0', without three numbers"),
    ],
)
def test_what_is_refused(tmp_path, text, reason):
    refused(write(tmp_path / "u.off", text), reason)
