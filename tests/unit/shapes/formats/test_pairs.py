"""Lists of shapes that come in pairs: MVP, folders of pairs, Occupancy Networks' ShapeNet."""

import h5py
import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.formats.mvp import MVP_VIEWS
from inr2vec_core.shapes.pairing import complete_id

N = 4


def clouds(number, points=40, seed=0):
    return np.random.default_rng(seed).normal(size=(number, points, 3)).astype(np.float32)


def write_mvp(root, older=False, labels=(0, 1, 0, 15)):
    """Complete clouds k apart along x, and partial ones numbered along y."""
    for split, seed in (("train", 0), ("test", 1)):
        complete = clouds(N, seed=seed) + 10 * np.arange(N)[:, None, None] * [1, 0, 0]
        partial = clouds(N * MVP_VIEWS, 30, seed + 5)
        partial += np.repeat(10 * np.arange(N), MVP_VIEWS)[:, None, None] * [1, 0, 0]
        partial[:, 0, 1] = 100 + np.arange(N * MVP_VIEWS) % MVP_VIEWS
        arrays = {"complete_pcds": complete, "incomplete_pcds": partial}
        every = np.repeat(labels, MVP_VIEWS)
        if older:
            files = {
                f"mvp_{split}_gt_2048pts.h5": {"complete_pcds": complete, "labels": labels},
                f"mvp_{split}_input.h5": {"incomplete_pcds": partial, "labels": every},
            }
        else:
            files = {f"MVP_{split.title()}_CP.h5": arrays | {"labels": every}}
        for name, columns in files.items():
            with h5py.File(root / name, "w") as file:
                for key, values in columns.items():
                    file[key] = values
    return root


@pytest.mark.parametrize("older", [False, True])
def test_mvp_has_26_partial_clouds_of_each_complete_one(tmp_path, older):
    root = write_mvp(tmp_path, older)
    complete = ShapeDataset("mvp", str(root)).listing().sources
    partial = ShapeDataset("mvp", str(root), side="partial").listing().sources
    assert len(complete) == 2 * N and len(partial) == 2 * N * MVP_VIEWS
    assert {s.shape_id for s in complete if s.split == "test"} == {
        "airplane/test/00000", "cabinet/test/00001", "airplane/test/00002",
        "skateboard/test/00003"}  # fmt: skip
    by_id = {s.shape_id: s for s in complete}
    for view in partial:
        assert view.split == by_id[complete_id(view.shape_id)].split
    assert {s.split for s in complete} == {"train", "val", "test"}  # cut by complete shape

    settings = ShapeSettings(points=30, side="partial", frame="complete")
    view = next(s for s in partial if s.shape_id == "skateboard/test/00003~07")
    shard = prepare_shapes([view], settings, 0, 0, "mvp")
    assert not shard.rejected, shard.rejected
    centre, scale = shard.columns["centre"][0], shard.columns["scale"][0]
    points = shard.shapes[0].points * scale + centre
    assert points[:, 1].max() == pytest.approx(107, abs=0.01)  # the seventh
    assert centre[0] == pytest.approx(30, abs=1)  # of the last complete one
    whole = prepare_shapes([by_id["skateboard/test/00003"]], ShapeSettings(points=30), 0, 0, "mvp")
    np.testing.assert_array_equal(whole.columns["centre"][0], centre)


def test_mvp_rows_of_no_class_are_set_aside(tmp_path):
    listing = ShapeDataset("mvp", str(write_mvp(tmp_path, labels=(0, 1, 99, 2)))).listing()
    assert len(listing.sources) == 2 * (N - 1)
    assert "its labels are 99: one of 0 to 15" in listing.rejected[0].reason


def test_mvp_files_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no MVP_Train_CP\.h5"):
        ShapeDataset("mvp", str(tmp_path)).listing()
    write_mvp(tmp_path, older=True)
    with h5py.File(tmp_path / "mvp_train_input.h5", "a") as file:
        del file["incomplete_pcds"]
        file["incomplete_pcds"] = clouds(7)
    with pytest.raises(InputError, match="expected 26 partial clouds for each complete one"):
        ShapeDataset("mvp", str(tmp_path)).listing()
    (tmp_path / "mvp_train_input.h5").unlink()
    with pytest.raises(InputError, match=r"mvp_train_input.h5 is missing"):
        ShapeDataset("mvp", str(tmp_path)).listing()


def write_pairs(root, names=("a", "b", "c", "d")):
    for side, seed, points in (("complete", 0, 60), ("partial", 1, 40)):
        for split in ("train", "test"):
            folder = root / side / "chair" / split
            folder.mkdir(parents=True)
            for name, cloud in zip(names, clouds(len(names), points, seed), strict=True):
                np.save(folder / f"{name}.npy", cloud)
    return root


def test_pairs_are_told_by_their_names(tmp_path):
    root = write_pairs(tmp_path)
    (root / "partial/chair/test/b.npy").rename(root / "partial/chair/test/other.npy")
    complete = ShapeDataset("pairs", str(root)).listing()
    partial = ShapeDataset("pairs", str(root), side="partial").listing()
    ids = [s.shape_id for s in complete.sources]
    assert len(ids) == 7 and "chair/test/b" not in ids
    assert [complete_id(s.shape_id) for s in partial.sources] == ids
    reasons = {r.shape_id: r.reason for r in complete.rejected}
    assert "add its partial cloud" in reasons["chair/test/b"]
    assert "add its complete cloud" in reasons["chair/test/other"]
    settings = ShapeSettings(points=40, side="partial", frame="complete")
    shard = prepare_shapes(partial.sources[:1], settings, 0, 0, "pairs")
    whole = prepare_shapes(complete.sources[:1], ShapeSettings(points=40), 0, 0, "pairs")
    np.testing.assert_array_equal(shard.columns["centre"][0], whole.columns["centre"][0])
    source = ShapeDataset("pairs", str(root), side="partial", shards=7)
    assert source.files(partial, 0) == sorted(
        str(root / side / "chair/test/a.npy") for side in ("complete", "partial")
    )


def test_pairs_without_any_name_in_common_are_refused(tmp_path):
    root = write_pairs(tmp_path)
    for file in sorted((root / "partial").rglob("*.npy")):
        file.rename(file.with_name(f"p{file.name}"))
    with pytest.raises(InputError, match="no two have the same name"):
        ShapeDataset("pairs", str(root)).listing()


CUBE = "OFF\n8 12 0\n" + "\n".join(
    [f"{x} {y} {z}" for x in (0, 2) for y in (0, 2) for z in (0, 2)]
    + [f"3 {a} {b} {c}" for a, b, c in (
        (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
        (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3))]
)  # fmt: skip


def write_networks(root):
    folder = root / "02958343"
    for split, names in (("train", "abc"), ("val", "d"), ("test", "ef")):
        for name in names:
            (folder / name).mkdir(parents=True)
            points = np.random.default_rng(0).uniform(0, 2, (50, 3)).astype(np.float32)
            np.savez(folder / name / "pointcloud.npz", points=points, normals=points,
                     loc=np.zeros(3), scale=1.0)  # fmt: skip
            (folder / name / "model.off").write_text(CUBE)
        (folder / f"{split}.lst").write_text("\n".join(names))
    return root


def test_clouds_and_meshes_of_occupancy_networks_share_a_frame(tmp_path):
    root = write_networks(tmp_path)
    source = ShapeDataset("occupancy_networks", str(root))
    listing = source.listing()
    assert [(s.shape_id[-1], s.split) for s in listing.sources] == [
        ("a", "train"), ("b", "train"), ("c", "train"), ("d", "val"), ("e", "test"), ("f", "test"),
    ]  # fmt: skip
    clouds = ShapeSettings(points=40, frame="mesh")
    made = [prepare_shapes(listing.sources[:2], settings, 0, 0, "occupancy_networks")
            for settings in (clouds, ShapeSettings(field="sdf"))]  # fmt: skip
    assert [shape.points.shape for shape in made[0].shapes] == [(40, 3)] * 2
    for shard in made:
        assert not shard.rejected
        np.testing.assert_allclose(shard.columns["centre"], [[1, 1, 1]] * 2)
        np.testing.assert_allclose(shard.columns["scale"], [3**0.5] * 2)


def test_shapes_of_occupancy_networks_that_are_missing_or_listed_twice_are_named(tmp_path):
    folder = write_networks(tmp_path) / "02958343"
    (folder / "test.lst").write_text("e\na\nmissing")
    listing = ShapeDataset("occupancy_networks", str(tmp_path)).listing()
    reasons = {r.shape_id[9:]: r.reason for r in listing.rejected}
    assert "the train split has it too" in reasons["a"]
    assert "neither pointcloud.npz nor a mesh" in reasons["missing"]
    with pytest.raises(InputError, match=r"holds no <class>/train.lst"):
        ShapeDataset("occupancy_networks", str(folder / "a")).listing()


def test_made_views_have_the_split_of_their_shape():
    complete = ShapeDataset("procedural", classes=("chair",), counts=(3, 1, 1), limit=4)
    partial = ShapeDataset(
        "procedural", classes=("chair",), counts=(3, 1, 1), limit=4, side="partial", views=3
    )
    split = {s.shape_id: s.split for s in complete.listing().sources}
    views = partial.listing().sources
    assert len(split) == 4 and len(views) == 12
    assert all(split[complete_id(s.shape_id)] == s.split for s in views)
    made = prepare_shapes(
        views[:3], ShapeSettings(points=64, side="partial", frame="complete"), 0, 0, "procedural"
    )
    assert len({s.points.tobytes() for s in made.shapes}) == 3
