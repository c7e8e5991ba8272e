"""Obj files: polygons in every style of index, and statements that are no faces."""

import pytest

from .prisms import MIXED, POLYGONS, VERTICES, read_closed, refused, write

ROWS = "".join(f"v {x} {y} {z}\n" for x, y, z in VERTICES)


def faces(polygons, style="{}", shift=1):
    lines = (" ".join(style.format(i + shift) for i in polygon) for polygon in polygons)
    return "".join(f"f {line}\n" for line in lines)


@pytest.mark.parametrize("polygons", [POLYGONS, MIXED, MIXED[::-1]])
@pytest.mark.parametrize("style", ["{}", "{0}/{0}", "{0}//1", "{0}/{0}/2", "{0}/"])
def test_concave_and_mixed_polygons(tmp_path, polygons, style):
    mesh = read_closed(write(tmp_path / "u.obj", ROWS + faces(polygons, style)))
    assert (len(mesh.vertices), len(mesh.faces)) == (16, 28)


@pytest.mark.parametrize("style", ["{}", "{0}/{0}"])
def test_negative_corners_count_back_from_their_face(tmp_path, style):
    moved = "".join(f"v {x + 9} {y} {z}\n" for x, y, z in VERTICES)
    text = ROWS + faces(POLYGONS, style, -16) + "g other\n" + moved + faces(MIXED, style, -16)
    mesh = read_closed(write(tmp_path / "u.obj", text), area=60, volume=14)
    assert mesh.vertices[:, 0].max() == 12


@pytest.mark.parametrize(
    "text",
    [
        (ROWS + faces(POLYGONS)).replace("5 4 3", "5 \\\n4 \\\n3"),
        (ROWS + faces(POLYGONS)).replace("\n", "\r\n").replace("5 4 3", "5 \\\r\n 4 3"),
        "mtllib C:\\models\\\n" + ROWS + faces(POLYGONS),
        "".join(f"  v\t{x} {y} {z} 1.0\n" for x, y, z in VERTICES) + faces(POLYGONS),
        "".join(f"v {x} {y} {z} 1 0 .5\n" for x, y, z in VERTICES[:9])
        + "".join(f"v {x} {y} {z}\n" for x, y, z in VERTICES[9:])
        + faces(MIXED),
        faces(MIXED) + ROWS,
        ROWS + "\f" + faces(POLYGONS),
        ROWS.replace("v", "V") + faces(POLYGONS[:5]) + faces(POLYGONS[5:]).replace("f", "F"),
        ROWS
        + "o a\ng b\ns 1\nusemtl c\n"
        + faces(MIXED[:7])
        + "o d\nusemtl e\n"
        + faces(MIXED[7:]),
        ROWS + faces(MIXED).replace("\n", " # why\n") + "l 1 2 3\np 4\n",
        ROWS + faces(MIXED).replace("f ", "fo "),
        ROWS + "f 1 2\nf 3\n" + faces(MIXED),
        ROWS + "f 1 2\n" + faces(MIXED) + "f 3 4\n",
        ROWS + faces(MIXED) + "cstype bezier\ndeg 3\ncurv 0 1 1 2 3 4\nend\n",
    ],
)
def test_ways_to_write_the_same_mesh(tmp_path, text):
    read_closed(write(tmp_path / "u.obj", text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            ROWS + "cstype bspline\nsurf 0 1 0 1 1 2 3 4\nend\n",
            "free-form surfaces .*surf.*not read",
        ),
        (ROWS + faces(MIXED) + "surf 0 1 0 1 1 2 3 4\n", "free-form surfaces"),
        (ROWS + "l 1 2 3\n", "points but no faces"),
        (ROWS + "f 0 1 2\n", "a face names vertex 0"),
        (ROWS + "f 1 2 -17\n", "a face names vertex"),
        (ROWS + "f 1 2 x\n", "unreadable: .*'x'"),
        (ROWS + "f 1 10 2 9\n", "1 of 1 polygons cross themselves"),
        (ROWS.replace("v 3 0 0", "v 3,0 0,5 0") + faces(MIXED), "point 2 is '3,0 0,5 0'"),
        (ROWS.replace("v 3 0 0", "v 3 0 1.#IND"), "point 2 is '3 0 1.#IND'"),
        (ROWS + "v 1 2\n" + faces(MIXED), "point 17 is '1 2', without three numbers"),
    ],
)
def test_what_is_refused(tmp_path, text, reason):
    refused(write(tmp_path / "u.obj", text), reason)
