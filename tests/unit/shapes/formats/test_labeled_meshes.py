"""Meshes with labels beside them: listed, read whole, and every way in which labels can be bad."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.io.readers import read_geometry
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.formats import folder
from inr2vec_core.shapes.formats.labeled_meshes import Format, labels_file, read_labeled_mesh
from unit.shapes.helpers import SQUARES, bad, names, raises

PRINCETON = Path(__file__).parents[5] / "shared" / "data" / "princeton_segmentation"
OFF = "OFF\n4 4 6\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 2 1\n3 0 1 3\n3 0 3 2\n3 1 2 3\n"
LABELS = "top\n4 2\nbase\n1 \nside\n3 \n"


# ---------------------------------------------------------------------------- the catalog


@pytest.fixture
def meshes(tmp_path):
    for class_name in ("Chair", "Fish"):
        (tmp_path / class_name).mkdir()
        for k in range(10):
            (tmp_path / class_name / f"{k}.off").touch()
            (tmp_path / class_name / f"{k}_labels.txt").touch()
    return tmp_path


def test_meshes_are_split_as_a_folders_are(meshes):
    catalog = Format(meshes, test_fraction=0.2, seed=3).catalog()
    assert catalog == folder.Format(meshes, test_fraction=0.2, seed=3).catalog()._replace(ignored=0)
    assert Counter((s.class_name, s.split) for s in catalog.records) == {
        (c, s): n for c in ("Chair", "Fish") for s, n in (("train", 8), ("test", 2))
    }


def test_a_mesh_without_labels_is_set_aside_and_moves_no_other(meshes):
    whole = Format(meshes, test_fraction=0.2).catalog()
    (meshes / "Chair/4_labels.txt").unlink()
    catalog = Format(meshes, test_fraction=0.2).catalog()
    assert catalog.records == [s for s in whole.records if s.shape_id != "Chair/4"]
    (rejected,) = catalog.rejected
    assert rejected.source_file == str(meshes / "Chair/4.off")
    assert "Chair/4_labels.txt is missing: add it" in rejected.reason
    assert catalog.ignored == 0


def test_other_files_than_off_are_passed_over(meshes):
    (meshes / "Chair/4.obj").touch()
    (meshes / "Chair/99_labels.txt").touch()
    catalog = Format(meshes, test_fraction=0.2).catalog()
    assert len(catalog.records) == 20 and catalog.ignored == 2


def test_a_shard_depends_on_its_meshes_and_their_labels(meshes):
    dataset = ShapeDataset("labeled_meshes", str(meshes), test_fraction=0.2, shards=10)
    files = dataset.files(dataset.catalog(), 0)
    names = ("Chair/0.off", "Chair/0_labels.txt", "Fish/0.off", "Fish/0_labels.txt")
    assert files == [str(meshes / name) for name in names]
    assert len(dataset.format.files(dataset.catalog().records)) == 40


def test_meshes_without_any_labels_are_refused(meshes):
    for file in meshes.glob("*/*_labels.txt"):
        file.unlink()
    with raises(str(meshes), "none of its 20 meshes", "use the reader folder"):
        Format(meshes, test_fraction=0.2).catalog()


@pytest.mark.skipif(not PRINCETON.is_dir(), reason="needs the real meshes")
def test_real_meshes_all_have_labels():
    catalog = ShapeDataset("labeled_meshes", str(PRINCETON), test_fraction=0.2).catalog()
    assert len(catalog.records) == 160 and catalog.rejected == [] and catalog.ignored == 0
    assert Counter(s.split for s in catalog.records)["test"] == 32


# ---------------------------------------------------------------------------- meshes


@pytest.fixture
def mesh_file(tmp_path):
    def write(labels, off=OFF):
        (tmp_path / "7.off").write_text(off)
        (tmp_path / "7_labels.txt").write_text(labels)
        return tmp_path / "7.off"

    return write


def face_names(mesh):
    return [mesh.part_names[k] for k in mesh.face_parts]


@pytest.mark.parametrize("labels, expected", [
    (LABELS, ["base", "top", "side", "top"]),
    ("all\n1 2 3 4", ["all"] * 4),
    ("a\n1\nb\n2 3\na\n4\n\n", ["a", "b", "b", "a"]),  # a part in two turns
    ("none\n\na\n4 3 2 1\n", ["a"] * 4),  # a part without faces
])  # fmt: skip
def test_each_face_has_the_part_that_names_it(mesh_file, labels, expected):
    mesh = read_labeled_mesh(mesh_file(labels))
    assert face_names(mesh) == expected
    assert mesh.face_parts.dtype == np.int64
    assert mesh.part_names == tuple(sorted(mesh.part_names))
    assert mesh.faces.tolist() == [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]


@pytest.mark.parametrize("data", [
    b"\xef\xbb\xbf" + LABELS.encode(),
    LABELS.replace("\n", "\r\n").encode(),
    LABELS.encode("utf-16"),
], ids=["byte-order mark", "CRLF", "UTF-16"])  # fmt: skip
def test_labels_are_read_whatever_program_saved_them(mesh_file, data):
    mesh = mesh_file(LABELS)
    labels_file(mesh).write_bytes(data)
    assert face_names(read_labeled_mesh(mesh)) == ["base", "top", "side", "top"]


def test_part_names_that_are_not_utf8_are_refused(mesh_file):
    mesh = mesh_file(LABELS)
    labels_file(mesh).write_bytes(LABELS.replace("side", "s\xeft").encode("latin-1"))
    bad(read_labeled_mesh, mesh, "line 5 is not UTF-8", "save")


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


def test_mesh_whose_labels_have_too_long_a_name_is_set_aside(tmp_path):
    for name in ("a", "n" * 251):
        (tmp_path / f"bed/train/{name}.off").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"bed/train/{name}.off").touch()
    (tmp_path / "bed/train/a_labels.txt").touch()
    (rejected,) = Format(tmp_path).catalog().rejected
    assert "_labels.txt cannot be read: File name too long" in rejected.reason


def test_missing_labels_are_named(mesh_file):
    file = mesh_file(LABELS)
    file.with_name("7_labels.txt").unlink()
    bad(read_labeled_mesh, file, "7_labels.txt is missing")


def test_labels_of_polygons_are_refused_for_triangles_have_other_numbers(mesh_file):
    square = "OFF\n4 1 4\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n4 0 1 2 3\n"
    file = mesh_file("all\n1\n", square)
    bad(read_labeled_mesh, file, "1 of 2 faces have no part", "triangle mesh")


def test_a_bad_mesh_is_the_reason_itself(mesh_file):
    bad(read_labeled_mesh, mesh_file(LABELS, OFF[:-8]), "7.off: truncated")


def test_labeled_meshes_and_bad_ones(tmp_path):
    vertices = "\n".join(" ".join(map(str, v)) for v in SQUARES.vertices.tolist())
    faces = "\n".join(f"3 {a} {b} {c}" for a, b, c in SQUARES.faces)
    for name, labels in {"good": "lower\n1 2\nupper\n3 4\n", "bad": "lower\n1 2\n"}.items():
        (tmp_path / f"{name}.off").write_text(f"OFF\n8 4 0\n{vertices}\n{faces}\n")
        (tmp_path / f"{name}_labels.txt").write_text(labels)
    records = [ShapeRecord(n, "Sheet", "test", str(tmp_path / f"{n}.off")) for n in ("good", "bad")]
    shard = prepare_shapes(Format().read(records), ShapeSettings(points=64), 0, seed=0)
    (shape,) = shard.shapes
    assert (names(shape) == np.where(shape.points[:, 2] > 0, "upper", "lower")).all()
    (rejected,) = shard.rejected
    assert "bad_labels.txt: 2 of 4 faces have no part" in rejected.reason
    # The same meshes read as a folder: the same points, and no parts.
    plain = prepare_shapes(folder.Format().read(records), ShapeSettings(points=64), 0, seed=0)
    assert plain.columns["shape_id"] == ["good", "bad"]
    np.testing.assert_array_equal(plain.shapes[0].points, shape.points)
    assert plain.shapes[0].parts is None


@pytest.mark.skipif(not PRINCETON.is_dir(), reason="needs the real meshes")
def test_a_real_plane_has_its_wings_at_its_sides(rng):
    mesh = read_labeled_mesh(PRINCETON / "Airplane" / "61.off")
    np.testing.assert_array_equal(
        mesh.faces, read_geometry(PRINCETON / "Airplane" / "61.off").faces
    )
    shape, _, _ = modality("udf").prepare(mesh, ShapeSettings(points=512), rng)
    assert set(names(shape)) >= {"body", "wing"}
    spread = {name: shape.points[names(shape) == name] for name in ("body", "wing")}
    # A plane is symmetric across the axis along which its wings lie farthest from the middle.
    axis = np.abs(spread["wing"]).max(0).argmax()
    assert np.abs(spread["wing"][:, axis]).mean() > 2 * np.abs(spread["body"][:, axis]).mean()
