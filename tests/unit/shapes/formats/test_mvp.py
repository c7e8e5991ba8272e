"""MVP: complete clouds and their partial ones, in both releases."""

import h5py
import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.formats.mvp import VIEWS, Format
from inr2vec_core.shapes.pairing import complete_id
from unit.shapes.helpers import clouds

N = 4


def write_mvp(root, older=False, labels=(0, 1, 0, 15)):
    """Complete clouds k apart along x, and partial ones numbered along y."""
    for split, seed in (("train", 0), ("test", 1)):
        complete = clouds(N, seed=seed) + 10 * np.arange(N)[:, None, None] * [1, 0, 0]
        partial = clouds(N * VIEWS, 30, seed + 5)
        partial += np.repeat(10 * np.arange(N), VIEWS)[:, None, None] * [1, 0, 0]
        partial[:, 0, 1] = 100 + np.arange(N * VIEWS) % VIEWS
        arrays = {"complete_pcds": complete, "incomplete_pcds": partial}
        every = np.repeat(labels, VIEWS)
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
    complete = ShapeDataset("mvp", str(root)).catalog().records
    partial = ShapeDataset("mvp", str(root), side="partial").catalog().records
    assert len(complete) == 2 * N and len(partial) == 2 * N * VIEWS
    assert {s.shape_id for s in complete if s.split == "test"} == {
        "airplane/test/00000", "cabinet/test/00001", "airplane/test/00002",
        "skateboard/test/00003"}  # fmt: skip
    by_id = {s.shape_id: s for s in complete}
    for view in partial:
        assert view.split == by_id[complete_id(view.shape_id)].split
    assert {s.split for s in complete} == {"train", "val", "test"}  # cut by complete shape

    settings = ShapeSettings(points=30, side="partial", frame="complete")
    view = next(s for s in partial if s.shape_id == "skateboard/test/00003~07")
    shard = prepare_shapes(Format(root).read([view]), settings, 0, 0)
    assert not shard.rejected, shard.rejected
    center, scale = shard.columns["center"][0], shard.columns["scale"][0]
    points = shard.shapes[0].points * scale + center
    assert points[:, 1].max() == pytest.approx(107, abs=0.01)  # the seventh
    assert center[0] == pytest.approx(30, abs=1)  # of the last complete one
    whole = prepare_shapes(
        Format(root).read([by_id["skateboard/test/00003"]]), ShapeSettings(points=30), 0, 0
    )
    np.testing.assert_array_equal(whole.columns["center"][0], center)


def write_novel(root, labels=(8, 9), labels_of_partial=None):
    """The older release's files, in which half of the classes have columns of their own."""
    write_mvp(root, older=True)
    n = len(labels)
    every = np.repeat(labels if labels_of_partial is None else labels_of_partial, VIEWS)
    for split in ("train", "test"):
        complete = clouds(n) + 1000 * np.arange(1, n + 1)[:, None, None]
        with h5py.File(root / f"mvp_{split}_gt_2048pts.h5", "a") as file:
            file["novel_complete_pcds"] = complete
        with h5py.File(root / f"mvp_{split}_input.h5", "a") as file:
            file["novel_incomplete_pcds"] = np.repeat(complete, VIEWS, axis=0)[:, :30]
            file["novel_labels"] = every
    return root


def test_no_class_of_the_older_release_is_lost(tmp_path):
    root = write_novel(tmp_path)
    catalog = ShapeDataset("mvp", str(root)).catalog()
    assert not catalog.rejected
    records = {record.shape_id: record for record in catalog.records}
    assert len(records) == 2 * (N + 2)
    assert {"bed/test/00004", "bench/test/00005", "airplane/test/00002"} <= set(records)
    wanted = [records[name] for name in ("bench/test/00005", "airplane/test/00002",
                                         "bed/test/00004")]  # fmt: skip
    xs = [geometry.points[:, 0].mean() for _, geometry in Format(root).read(wanted)]
    np.testing.assert_allclose(xs, [2000, 20, 1000], atol=1)
    views = ShapeDataset("mvp", str(root), side="partial").catalog().records
    view = next(view for view in views if view.shape_id == "bench/test/00005~07")
    ((_, pair),) = Format(root).read([view])
    assert pair.cloud.points.mean() == pytest.approx(2000, abs=1)
    assert pair.complete.points.mean() == pytest.approx(2000, abs=1)


def test_labels_of_partial_clouds_in_a_file_of_their_own_count_too(tmp_path):
    write_mvp(tmp_path, older=True)
    with h5py.File(tmp_path / "mvp_train_input.h5", "a") as file:
        file["labels"][VIEWS + 3] = 7
    rejected = ShapeDataset("mvp", str(tmp_path)).catalog().rejected
    assert [(bad.shape_id, bad.reason[:22]) for bad in rejected] == [
        ("train/00001", "its labels are 1, 7: o")]  # fmt: skip


def test_novel_columns_that_do_not_fit_are_refused(tmp_path):
    write_novel(tmp_path)
    with h5py.File(tmp_path / "mvp_test_gt_2048pts.h5", "a") as file:
        del file["novel_complete_pcds"]
    with pytest.raises(InputError, match=r"mvp_test_gt_2048pts\.h5 .*novel_complete_pcds"):
        ShapeDataset("mvp", str(tmp_path)).catalog()


def test_of_complete_clouds_the_smallest_are_read(tmp_path):
    write_mvp(tmp_path, older=True)
    for split in ("train", "test"):
        (tmp_path / f"mvp_{split}_gt_2048pts.h5").rename(tmp_path / f"mvp_{split}_gt_16384pts.h5")
    assert len(ShapeDataset("mvp", str(tmp_path)).catalog().records) == 2 * N


def test_mvp_rows_of_no_class_are_set_aside(tmp_path):
    catalog = ShapeDataset("mvp", str(write_mvp(tmp_path, labels=(0, 1, 99, 2)))).catalog()
    assert len(catalog.records) == 2 * (N - 1)
    assert "its labels are 99: one of 0 to 15" in catalog.rejected[0].reason


@pytest.mark.parametrize("label, said", [(1.5, "1.5"), (np.nan, "nan")])
def test_mvp_labels_that_are_no_whole_numbers_are_set_aside(tmp_path, label, said):
    write_mvp(tmp_path, labels=(0, 1, label, 2))
    found = ShapeDataset("mvp", str(tmp_path)).catalog()
    assert [bad.reason.split(":")[0] for bad in found.rejected] == [f"its labels are {said}"] * 2


def test_mvp_split_behind_a_link_to_nothing_is_missed(tmp_path):
    write_mvp(tmp_path)
    (tmp_path / "MVP_Test_CP.h5").unlink()
    (tmp_path / "MVP_Test_CP.h5").symlink_to("gone.h5")
    with pytest.raises(
        InputError, match=r"MVP_Test_CP\.h5 is a link to gone\.h5, which is missing"
    ):
        ShapeDataset("mvp", str(tmp_path)).catalog()


def test_mvp_files_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no MVP_Train_CP\.h5"):
        ShapeDataset("mvp", str(tmp_path)).catalog()
    write_mvp(tmp_path, older=True)
    with h5py.File(tmp_path / "mvp_train_input.h5", "a") as file:
        del file["incomplete_pcds"]
        file["incomplete_pcds"] = clouds(7)
    with pytest.raises(InputError, match="expected 26 partial clouds for each complete one"):
        ShapeDataset("mvp", str(tmp_path)).catalog()
    (tmp_path / "mvp_train_input.h5").unlink()
    with pytest.raises(InputError, match=r"mvp_train_input.h5 is missing"):
        ShapeDataset("mvp", str(tmp_path)).catalog()
