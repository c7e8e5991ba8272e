"""A shard's shapes: prepared, augmented in the training split alone, bad ones set aside."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.formats import folder, procedural


@pytest.fixture
def records(tmp_path, rng):
    """Three good clouds and a bad one, as files."""
    made = []
    for k, (split, cloud) in enumerate([
        ("train", rng.normal(size=(40, 3))), ("val", rng.normal(size=(32, 3))),
        ("train", np.full((40, 3), np.nan)), ("test", rng.normal(size=(50, 3))),
    ]):  # fmt: skip
        path = tmp_path / f"{k}.npy"
        np.save(path, cloud)
        made.append(ShapeRecord(f"bed/{k}", "bed", split, str(path)))
    return made


SMALL = ShapeSettings(points=32)
REAL = Path(__file__).parents[4] / "shared/data/princeton_segmentation"


def read(records):
    return folder.Format().read(records)


def by_id(shard):
    clouds = [shape.points for shape in shard.shapes]
    return dict(zip(shard.columns["shape_id"], clouds, strict=True))


def test_clouds_are_of_one_size_in_the_unit_sphere(records):
    clouds = by_id(prepare_shapes(read(records), SMALL, 0, seed=0))
    assert list(clouds) == ["bed/0", "bed/1", "bed/3"]
    for cloud in clouds.values():
        assert cloud.shape == (32, 3) and cloud.dtype == np.float32
        assert np.linalg.norm(cloud, axis=1).max() == pytest.approx(1, abs=1e-6)


def test_a_bad_shape_is_set_aside_with_its_file_and_reason(records):
    (rejected,) = prepare_shapes(read(records), SMALL, 0, seed=0).rejected
    assert rejected.shape_id == "bed/2"
    assert rejected.source_file == records[2].path
    assert "finite" in rejected.reason


def test_training_shapes_alone_get_augmented_copies(records):
    shard = prepare_shapes(read(records), SMALL, 2, seed=0)
    columns = shard.columns
    assert columns["shape_id"] == ["bed/0", "bed/0@1", "bed/0@2", "bed/1", "bed/3"]
    assert columns["augmentation"] == [0, 1, 2, 0, 0]
    assert columns["split"] == ["train"] * 3 + ["val", "test"]
    assert columns["source_file"] == [records[0].path] * 3 + [records[1].path, records[3].path]
    original, first, second = (shape.points for shape in shard.shapes[:3])
    assert not np.allclose(first, original) and not np.allclose(first, second)


def test_a_copy_that_is_too_thin_for_the_grid_is_set_aside_alone(records, monkeypatch):
    def thin(shape, rng):
        raise BadShape("no center of a voxel lies inside")

    monkeypatch.setattr(CloudShape, "stretched", thin)
    shard = prepare_shapes(read(records[:1]), SMALL, 2, seed=0)
    assert shard.columns["shape_id"] == ["bed/0"]
    assert [bad.shape_id for bad in shard.rejected] == ["bed/0@1", "bed/0@2"]


def test_grids_that_are_read_get_no_copies(records, monkeypatch):
    monkeypatch.setattr(CloudShape, "can_be_stretched", False)
    shard = prepare_shapes(read(records[:1]), SMALL, 2, seed=0)
    assert shard.columns["shape_id"] == ["bed/0"] and not shard.rejected
    assert not VoxelShape.can_be_stretched


def test_a_shape_does_not_depend_on_the_others_of_its_shard(records):
    together = by_id(prepare_shapes(read(records), SMALL, 1, seed=0))
    alone = by_id(prepare_shapes(read(records[:1]), SMALL, 1, seed=0))
    for shape_id, cloud in alone.items():
        np.testing.assert_array_equal(cloud, together[shape_id])


def test_procedural_shapes_need_no_file():
    record = ShapeRecord("chair/0", "chair", "train", "", 0)
    shard = prepare_shapes(procedural.Format().read([record]), ShapeSettings(points=64), 0, seed=0)
    assert shard.columns["source_file"] == ["procedural[0]"]
    assert shard.shapes[0].points.shape == (64, 3)


def test_no_records_make_a_shard_without_rows():
    shard = prepare_shapes([], SMALL, 0, seed=0)
    assert all(column == [] for column in shard.columns.values())
    columns = shard.typed_columns()
    assert columns["shape_id"] == [] and columns["center"].shape == (0, 3)
    assert columns["augmentation"].dtype == np.int32 and columns["scale"].dtype == np.float64


# ---------------------------------------------------------------------------- meshes and grids


def save_off(path, vertices, faces):
    lines = ["OFF", f"{len(vertices)} {len(faces)} 0"]
    lines += [" ".join(map(str, v)) for v in vertices]
    lines += [f"3 {' '.join(map(str, f))}" for f in faces]
    path.write_text("\n".join(lines))


def test_meshes_good_open_and_bad_each_have_their_fate(tmp_path):
    box = trimesh.creation.box()
    v, f = np.asarray(box.vertices), np.asarray(box.faces)
    files = {
        "good": (v, f),
        "inverted": (v, f[:, ::-1]),
        "degenerate": (v, [*f, [0, 0, 1]]),
        "two": (np.concatenate([v, v + 0.5]), np.concatenate([f, f + 8])),
        "open": (v, f[:-2]),
        "no_faces": (v, []),
        "flat": (v * [1, 1, 0], f),
        "nan": (np.where(v > 0, np.nan, v), f),
    }
    for name, mesh in files.items():
        save_off(tmp_path / f"{name}.off", *mesh)
    records = [ShapeRecord(n, "box", "train", str(tmp_path / f"{n}.off")) for n in files]
    shard = prepare_shapes(read(records), ShapeSettings(field="sdf"), 1, seed=0)
    preparations = dict(zip(shard.columns["shape_id"], shard.columns["preparation"], strict=True))
    assert {k: v for k, v in preparations.items() if "@" not in k} == {
        "good": "watertight", "inverted": "repaired", "degenerate": "repaired",
        "two": "repaired", "open": "winding",
    }  # fmt: skip
    assert preparations["open@1"] == "winding"
    reasons = {r.shape_id: r.reason for r in shard.rejected}
    assert set(reasons) == {"no_faces", "flat", "nan"}
    assert "no faces" in reasons["no_faces"]
    assert "flat" in reasons["flat"]
    assert "NaN" in reasons["nan"]
    for shape in shard.shapes:
        assert (
            shape.signed_distance()(np.zeros((1, 3), np.float32)) < 0
        )  # each box's middle is inside


def test_grids_good_and_bad(tmp_path):
    grids = {
        "cube": np.pad(np.ones((2, 2, 2), bool), 3),
        "not_cubic": np.ones((2, 5, 3), np.float32),
        "of_255": np.pad(np.full((2, 2, 2), 255, np.uint8), 1),
        "empty": np.zeros((8, 8, 8), bool),
        "full": np.ones((8, 8, 8), bool),
        "gray": np.linspace(0, 1, 512).reshape(8, 8, 8),
        "large": np.ones((9, 2, 2), bool),
    }
    for name, grid in grids.items():
        np.save(tmp_path / f"{name}.npy", grid)
    records = [ShapeRecord(n, "grid", "test", str(tmp_path / f"{n}.npy")) for n in grids]
    shard = prepare_shapes(read(records), ShapeSettings(field="occ", resolution=8), 0, seed=0)
    assert dict(zip(shard.columns["shape_id"], shard.columns["occupied"], strict=True)) == {
        "cube": 8 / 512, "not_cubic": 30 / 512, "of_255": 8 / 512,
    }  # fmt: skip
    assert {r.shape_id for r in shard.rejected} == {"empty", "full", "gray", "large"}


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real meshes")
def test_real_meshes_with_holes_keep_their_inside(tmp_path):
    """A tenth of a real mesh's faces taken away: winding numbers still tell inside from outside."""
    for name in ("Chair/101", "Human/1"):
        whole = trimesh.load(REAL / f"{name}.off", process=False)
        kept = np.random.default_rng(0).random(len(whole.faces)) > 0.1
        settings = ShapeSettings(field="sdf")
        mesh = Mesh(np.asarray(whole.vertices, float), np.asarray(whole.faces))
        true, preparation, _ = modality("sdf").prepare(mesh, settings, np.random.default_rng(0))
        assert preparation == "watertight"
        holes = MeshShape(true.vertices, true.faces[kept], closed=False)
        queries = np.random.default_rng(1).uniform(-1, 1, (4000, 3)).astype(np.float32)
        wrong = (true.signed_distance()(queries) < 0) != (holes.signed_distance()(queries) < 0)
        assert wrong.mean() < 0.005
