"""The parts of points, from the sources through thinning and augmentation to a shard and back."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from inr2vec_core.geometry.frames import normalize
from inr2vec_core.geometry.preprocessing import ShapeSettings, thinned
from inr2vec_core.geometry.raw import Cloud, Mesh
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, PartLabels
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.readers import read_geometry
from inr2vec_core.io.shape_columns import read_shapes, shape_columns
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.formats.labeled_meshes import read_labeled_mesh
from inr2vec_core.shapes.procedural import CLASSES, PARTS

PRINCETON = Path(__file__).parents[4] / "shared" / "data" / "princeton_segmentation"

# A square at z = 0 and one at z = 5, each of two triangles.
SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
SQUARES = Mesh(
    np.concatenate([SQUARE, np.add(SQUARE, [0, 0, 5])]),
    np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]),
    np.array([1, 1, 0, 0]),
    ("upper", "lower"),
)
SMALL = ShapeSettings(points=64)


def prepare(geometry, settings, rng):
    return modality(settings.field).prepare(geometry, settings, rng)


def names(shape):
    """The part of each point, by name."""
    return np.array(shape.parts.names)[shape.parts.index]


def halves(n, rng):
    """A cloud whose points left and right of x = 0.5 have different parts."""
    points = rng.random((n, 3))
    return Cloud(points, (points[:, 0] > 0.5).astype(np.int64), ("left", "right"))


# ---------------------------------------------------------------------------- one shape


def test_points_have_the_part_of_the_face_that_they_lie_on(rng):
    shape, form, _ = prepare(SQUARES, SMALL, rng)
    assert form == "cloud" and shape.parts.index.dtype == np.int16
    assert shape.parts.index.shape == (64,)
    # Normalised, the squares lie on both sides of z = 0.
    assert (names(shape) == np.where(shape.points[:, 2] > 0, "upper", "lower")).all()
    assert set(names(shape)) == {"upper", "lower"}


@pytest.mark.parametrize("n", [64, 500])  # as they are; thinned
def test_points_keep_their_parts_when_a_cloud_is_thinned(n, rng):
    cloud = halves(n, rng)
    shape, _, _ = prepare(cloud, SMALL, rng)
    left = names(shape) == "left"
    assert 0 < left.sum() < 64
    assert shape.points[left, 0].max() < shape.points[~left, 0].min()


def test_labels_take_nothing_from_the_random_stream(rng):
    for geometry in (SQUARES, halves(200, rng)):
        plain = normalize(thinned(geometry, 64, np.random.default_rng(5))[0])
        shape, _, _ = prepare(geometry, SMALL, np.random.default_rng(5))
        np.testing.assert_array_equal(shape.points, plain)


def test_augmented_copies_keep_their_parts(rng):
    shape, _, _ = prepare(SQUARES, SMALL, rng)
    copy = shape.stretched(rng)
    assert not np.allclose(copy.points, shape.points)
    assert (names(copy) == names(shape)).all()
    assert (names(copy) == np.where(copy.points[:, 2] > 0, "upper", "lower")).all()


@pytest.mark.parametrize("settings", [
    ShapeSettings(field="sdf"), ShapeSettings(field="occ", points=64, resolution=8),
])  # fmt: skip
def test_other_fields_leave_parts_out(settings, rng):
    box = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
             [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]  # fmt: skip
    shape, _, _ = prepare(Mesh(box, np.array(faces), np.zeros(12, int), ("side",)), settings, rng)
    assert isinstance(shape, MeshShape) or shape.parts is None


def test_geometry_without_parts_has_none(rng):
    assert prepare(Cloud(rng.random((80, 3))), SMALL, rng)[0].parts is None
    assert prepare(Mesh(SQUARES.vertices, SQUARES.faces), SMALL, rng)[0].parts is None


# ---------------------------------------------------------------------------- a shard


def written(path, shapes):
    write_shard(path, shape_columns(shapes, CloudShape))
    return h5py.File(path)


def some_points(rng, *part_names):
    """A cloud of six points, the first three of the first part."""
    labels = PartLabels(part_names, np.array([0, 0, 0, 1, 1, 1], np.int16)) if part_names else None
    return CloudShape(rng.normal(size=(6, 3)).astype(np.float32), labels)


@pytest.mark.parametrize("rows", [[0, 1, 2], [0, 2], [1]])
def test_parts_are_read_back_as_they_were_written(rows, rng, tmp_path):
    shapes = [some_points(rng, *n) for n in (("seat", "leg"), ("top", "leg"), ("arm", "seat"))]
    with written(tmp_path / "0.h5", shapes) as file:
        found = read_shapes(file, np.array(rows))
        assert file["parts"].dtype == np.int16 and file["parts"].shape == (3, 6)
        assert file["part_names"].asstr()[:].tolist() == ["arm", "leg", "seat", "top"]
    for row, shape in zip(rows, found, strict=True):
        assert (names(shape) == names(shapes[row])).all()
        np.testing.assert_array_equal(shape.points, shapes[row].points)
        assert shape.parts.index.dtype == np.int16
    assert len({id(shape.parts.names) for shape in found}) == 1


def test_names_that_no_point_has_are_not_written(rng, tmp_path):
    shape = some_points(rng, "top", "leg", "drawer")
    with written(tmp_path / "0.h5", [shape]) as file:
        assert read_shapes(file, np.array([0]))[0].parts.names == ("leg", "top")


def test_clouds_with_and_without_parts_can_share_a_file(rng, tmp_path):
    shapes = [some_points(rng), some_points(rng, "top", "leg"), some_points(rng)]
    with written(tmp_path / "0.h5", shapes) as file:
        first, second, third = read_shapes(file, np.arange(3))
    assert first.parts is None and third.parts is None
    assert (names(second) == names(shapes[1])).all()


def test_a_shard_without_parts_is_what_it_was(rng, tmp_path):
    with written(tmp_path / "0.h5", [some_points(rng), some_points(rng)]) as file:
        assert list(file) == ["points"]
        assert read_shapes(file, np.array([1]))[0].parts is None
    assert list(shape_columns([], CloudShape)) == ["points"]


# ---------------------------------------------------------------------------- from the sources


def test_made_shapes_know_their_parts_and_their_copies_too(tmp_path):
    sources = [ShapeRecord(f"{c}/0", c, "train", "", 0) for c in CLASSES]
    shard = prepare_shapes(sources, ShapeSettings(points=256), 1, seed=0)
    with written(tmp_path / "0.h5", shard.shapes) as file:
        found = read_shapes(file, np.arange(2 * len(CLASSES)))
    for class_name, original, copy in zip(CLASSES, found[::2], found[1::2], strict=True):
        assert set(names(original)) <= set(PARTS[class_name])
        assert len(set(names(original))) > 1
        assert (names(original) == names(copy)).all()


def test_rows_of_h5_have_their_own_parts_and_bad_ones_are_set_aside(rng, tmp_path):
    clouds = [halves(80, rng) for _ in range(4)]
    numbers = np.array([cloud.parts + 10 * k for k, cloud in enumerate(clouds)], float)
    numbers[1, 7], numbers[2, 3] = -1, 20.5
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["data"] = np.array([cloud.points for cloud in clouds], np.float32)
        file["pid"] = numbers
    sources = [ShapeRecord(f"Bag/{k}", "Bag", "test", str(tmp_path / "a.h5"), k) for k in range(4)]
    shard = prepare_shapes(sources, SMALL, 0, seed=0, reader="shapenet_part_h5")
    assert shard.columns["shape_id"] == ["Bag/0", "Bag/3"]
    assert set(names(shard.shapes[0])) == {"0", "1"} and set(names(shard.shapes[1])) == {"30", "31"}
    left = names(shard.shapes[1]) == "30"
    points = shard.shapes[1].points[:, 0]
    assert points[left].max() < points[~left].min()
    reasons = {r.source: r.reason for r in shard.rejected}
    assert "point 8 is negative" in reasons[f"{tmp_path / 'a.h5'}[1]"]
    assert "label 20.5 of point 4" in reasons[f"{tmp_path / 'a.h5'}[2]"]


def test_clouds_of_text_and_bad_ones(rng, tmp_path):
    for name, label in {"good": 4, "bad": -2}.items():
        table = np.c_[rng.random((80, 3)), np.zeros((80, 3)), np.full(80, 4.0)]
        table[5, 6] = label
        np.savetxt(tmp_path / f"{name}.txt", table, fmt="%f")
    sources = [
        ShapeRecord(f"Cap/{n}", "Cap", "test", str(tmp_path / f"{n}.txt")) for n in ("bad", "good")
    ]
    shard = prepare_shapes(sources, SMALL, 0, seed=0, reader="shapenet_part")
    assert shard.columns["shape_id"] == ["Cap/good"]
    assert set(names(shard.shapes[0])) == {"4"}  # a class of one part is no fault
    (rejected,) = shard.rejected
    assert "bad.txt: the label -2 of point 6" in rejected.reason


def test_labelled_meshes_and_bad_ones(tmp_path):
    vertices = "\n".join(" ".join(map(str, v)) for v in SQUARES.vertices.tolist())
    faces = "\n".join(f"3 {a} {b} {c}" for a, b, c in SQUARES.faces)
    for name, labels in {"good": "lower\n1 2\nupper\n3 4\n", "bad": "lower\n1 2\n"}.items():
        (tmp_path / f"{name}.off").write_text(f"OFF\n8 4 0\n{vertices}\n{faces}\n")
        (tmp_path / f"{name}_labels.txt").write_text(labels)
    sources = [ShapeRecord(n, "Sheet", "test", str(tmp_path / f"{n}.off")) for n in ("good", "bad")]
    shard = prepare_shapes(sources, SMALL, 0, seed=0, reader="labeled_meshes")
    (shape,) = shard.shapes
    assert (names(shape) == np.where(shape.points[:, 2] > 0, "upper", "lower")).all()
    (rejected,) = shard.rejected
    assert "bad_labels.txt: 2 of 4 faces have no part" in rejected.reason
    # The same meshes read as a folder: the same points, and no parts.
    plain = prepare_shapes(sources, SMALL, 0, seed=0)
    assert plain.columns["shape_id"] == ["good", "bad"]
    np.testing.assert_array_equal(plain.shapes[0].points, shape.points)
    assert plain.shapes[0].parts is None


@pytest.mark.skipif(not PRINCETON.is_dir(), reason="needs the real meshes")
def test_a_real_plane_has_its_wings_at_its_sides(rng):
    mesh = read_labeled_mesh(PRINCETON / "Airplane" / "61.off")
    np.testing.assert_array_equal(
        mesh.faces, read_geometry(PRINCETON / "Airplane" / "61.off").faces
    )
    shape, _, _ = prepare(mesh, ShapeSettings(points=512), rng)
    assert set(names(shape)) >= {"body", "wing"}
    spread = {name: shape.points[names(shape) == name] for name in ("body", "wing")}
    # A plane is symmetric across the axis along which its wings lie farthest from the middle.
    axis = np.abs(spread["wing"]).max(0).argmax()
    assert np.abs(spread["wing"][:, axis]).mean() > 2 * np.abs(spread["body"][:, axis]).mean()
