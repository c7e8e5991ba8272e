"""Stl files: which are binary, which are text, and numbers that disagree."""

import numpy as np
import pytest
import trimesh

from .prisms import read_closed, refused, write

BOX = trimesh.creation.box((1, 2, 3))


def binary(header=b"", n=12):
    content = BOX.export(file_type="stl")
    return header.ljust(80, b" ") + np.uint32(n).tobytes() + content[84:]


def solid(mesh, name):
    text = mesh.export(file_type="stl_ascii")
    return f"solid {name}\n{text.split(chr(10), 1)[1].rsplit('endsolid', 1)[0]}endsolid {name}\n"


@pytest.mark.parametrize("header", [b"", b"solid box", b"solid box\nfacet normal 0 0 1\n"])
def test_binary_whatever_its_header_says(tmp_path, header):
    read_closed(write(tmp_path / "box.stl", binary(header)), area=22, volume=6)


@pytest.mark.parametrize(
    ("n", "reason"),
    [
        (13, "truncated: it has 600 bytes of triangles, the 13 that .* take 650"),
        (0, "longer than it declares: it has 600 bytes"),
        (2**32 - 1, "truncated"),
    ],
)
@pytest.mark.parametrize("header", [b"", b"solid box"])
def test_number_that_disagrees_with_the_length(tmp_path, n, reason, header):
    refused(write(tmp_path / "box.stl", binary(header, n)), reason)


@pytest.mark.parametrize("names", [["a", "b"], ["", ""], ["vertex normal", "solid facet endsolid"]])
def test_several_solids_whatever_their_names(tmp_path, names):
    other = BOX.copy().apply_translation([5, 0, 0])
    text = solid(BOX, names[0]) + "\n" + solid(other, names[1])
    for content in (text, text.upper(), text.replace("\n", "\r\n"), text.replace("  ", "\t")):
        mesh = read_closed(write(tmp_path / "two.stl", content), area=44, volume=12)
        assert (len(mesh.vertices), len(mesh.faces)) == (16, 24)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_text_with_a_byte_order_mark(tmp_path, encoding):
    content = solid(BOX, "box").encode(encoding)
    read_closed(write(tmp_path / "box.stl", content), area=22, volume=6)


def test_a_solid_without_facets_is_refused(tmp_path):
    refused(
        write(tmp_path / "a.stl", "solid none\n" + " \n" * 90 + "endsolid\n"), "no points or faces"
    )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("endsolid", "", "a solid has no end"),
        ("endloop", "vertex 0 0 0\nendloop", "a facet does not have three vertices"),
        ("outer loop\n", "outer loop\nvertex 1 2\n", "a facet does not have three vertices"),
        ("vertex 0", "vertex 0,5", "point 1 is 'vertex 0,5"),
    ],
)
def test_text_that_is_refused(tmp_path, old, new, reason):
    text = solid(BOX, "box").replace("vertex -0.5", "vertex 0")
    assert old in text
    refused(write(tmp_path / "box.stl", text.replace(old, new, 1)), reason)
