"""Clouds and meshes with their parts: read whole, and every way in which labels can be bad."""

import numpy as np
import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.shapes.formats.labeled_meshes import read_labeled_mesh
from inr2vec_core.shapes.formats.shapenet_part import labeled_cloud, read_labeled_cloud

# x y z, a normal, and the label as the benchmark writes it
CLOUD = "0.1 0.2 0.3 0 0 1 12.000000\n1 2 3 0 1 0 13.000000\n\n4 5 6 1 0 0 12.000000\n"
OFF = "OFF\n4 4 6\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 2 1\n3 0 1 3\n3 0 3 2\n3 1 2 3\n"
LABELS = "top\n4 2\nbase\n1 \nside\n3 \n"


@pytest.fixture
def cloud_file(tmp_path):
    def write(text):
        (tmp_path / "a.txt").write_text(text)
        return tmp_path / "a.txt"

    return write


@pytest.fixture
def mesh_file(tmp_path):
    def write(labels, off=OFF):
        (tmp_path / "7.off").write_text(off)
        (tmp_path / "7_labels.txt").write_text(labels)
        return tmp_path / "7.off"

    return write


def bad(read, file, *parts):
    """Expects a BadShape that holds these parts in this order, on one line."""
    with pytest.raises(BadShape, match=".*".join(parts)) as caught:
        read(file)
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------------------- clouds


def test_text_cloud_has_points_and_parts(cloud_file):
    cloud = read_labeled_cloud(cloud_file(CLOUD))
    assert cloud.points.tolist() == [[0.1, 0.2, 0.3], [1, 2, 3], [4, 5, 6]]
    assert cloud.points.dtype == np.float64 and cloud.parts.dtype == np.int64
    assert [cloud.part_names[k] for k in cloud.parts] == ["12", "13", "12"]


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32])
def test_numbers_of_parts_become_names(dtype):
    cloud = labeled_cloud(np.zeros((4, 3)), np.array([7, 30, 7, 2], dtype))
    assert [cloud.part_names[k] for k in cloud.parts] == ["7", "30", "7", "2"]


@pytest.mark.parametrize("text, parts", [
    ("", ["a.txt: the file is empty"]),
    ("\n\n", ["a.txt: holds no points"]),
    (CLOUD + "7 8 9 0 0 1\n", ["a.txt: line 5 has 6 numbers", "x y z nx ny nz label", "restore"]),
    (CLOUD + "7 8 9 12\n", ["line 5 has 4 numbers, not the 7"]),
    (CLOUD.replace("13.0", "-1.0"), ["label -1 of point 2 is negative", "1 of 3 points"]),
    (CLOUD.replace("13.0", "13.5"), ["label 13.5 of point 2 is no whole number", "correct"]),
    (CLOUD.replace("13.000000", "nan"), ["label nan of point 2 is no whole number"]),
    (CLOUD.replace("13.000000", "inf"), ["label inf of point 2 is above 32,767"]),
    (CLOUD.replace("13.000000", "leg"), ["unreadable", "leg"]),
    (CLOUD.replace("0.1", "nan"), ["1 of 3 points have NaN"]),
    (CLOUD.replace("13.0", "70000.0"), ["label 70000 of point 2 is above", "column of labels"]),
])  # fmt: skip
def test_text_clouds_that_are_bad_say_why(cloud_file, text, parts):
    bad(read_labeled_cloud, cloud_file(text), *parts)


def test_a_missing_cloud_is_named(tmp_path):
    bad(read_labeled_cloud, tmp_path / "none.txt", "none.txt: unreadable: FileNotFoundError")


@pytest.mark.parametrize("numbers, reason", [
    (np.array([0, -3], np.int8), "label -3 of point 2 is negative"),
    (np.array([0.25, 1]), r"label 0.25 of point 1 is no whole number \(1 of 2 points\)"),
    (np.array([1, 40000], np.uint16), "label 40000 of point 2 is above"),
])  # fmt: skip
def test_numbers_that_name_no_part_are_refused(numbers, reason):
    with pytest.raises(BadShape, match=reason):
        labeled_cloud(np.zeros((2, 3)), numbers)


# ---------------------------------------------------------------------------- meshes


def names(mesh):
    return [mesh.part_names[k] for k in mesh.face_parts]


@pytest.mark.parametrize("labels, expected", [
    (LABELS, ["base", "top", "side", "top"]),
    ("all\n1 2 3 4", ["all"] * 4),
    ("a\n1\nb\n2 3\na\n4\n\n", ["a", "b", "b", "a"]),  # a part in two turns
    ("none\n\na\n4 3 2 1\n", ["a"] * 4),  # a part without faces
])  # fmt: skip
def test_each_face_has_the_part_that_names_it(mesh_file, labels, expected):
    mesh = read_labeled_mesh(mesh_file(labels))
    assert names(mesh) == expected
    assert mesh.face_parts.dtype == np.int64
    assert mesh.part_names == tuple(sorted(mesh.part_names))
    assert mesh.faces.tolist() == [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]


@pytest.mark.parametrize("labels, parts", [
    ("", ["the file is empty"]),
    (LABELS + "foot\n", ["has 7 lines", "add the line"]),
    ("top\n4 2\n\nbase\n1 3", ["has 5 lines, an odd number"]),
    ("top\n4 2\n\n1 3", ["line 3 is blank", "name the part"]),
    (LABELS.replace("4 2", "4 2 3"), ["1 of 4 faces have a part twice", "face 3", "once"]),
    (LABELS.replace("4 2", "4 2 2"), ["1 of 4 faces have a part twice", "face 2"]),
    (LABELS.replace("4 2", "4"), ["1 of 4 faces have no part", "face 2", "once"]),
    (LABELS.replace("4 2", "4 5 2"), ["'top' names face 5", "faces 1 to 4", "correct"]),
    (LABELS.replace("4 2", "0 4 2"), ["'top' names face 0"]),
    (LABELS.replace("4 2", "4 2.5"), ["'2.5' among the faces of part 'top' is no whole number"]),
    (LABELS.replace("4 2", "4 -2"), ["'-2' among the faces of part 'top'"]),
    (LABELS.replace("4 2", "top"), ["'top' among the faces of part 'top'"]),
    (LABELS.replace("4 2", "4 2" + 30 * "0"), ["unreadable"]),
])  # fmt: skip
def test_labels_that_are_bad_say_why(mesh_file, labels, parts):
    bad(read_labeled_mesh, mesh_file(labels), "7_labels.txt: ", *parts)


def test_missing_labels_are_named(mesh_file):
    file = mesh_file(LABELS)
    file.with_name("7_labels.txt").unlink()
    bad(read_labeled_mesh, file, "7_labels.txt: unreadable: FileNotFoundError")


def test_labels_of_polygons_are_refused_for_triangles_have_other_numbers(mesh_file):
    square = "OFF\n4 1 4\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n4 0 1 2 3\n"
    file = mesh_file("all\n1\n", square)
    bad(read_labeled_mesh, file, "1 of 2 faces have no part", "triangle mesh")


def test_a_bad_mesh_is_the_reason_itself(mesh_file):
    bad(read_labeled_mesh, mesh_file(LABELS, OFF[:-8]), "7.off: truncated")
