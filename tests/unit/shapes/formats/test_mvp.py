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


def test_mvp_rows_of_no_class_are_set_aside(tmp_path):
    catalog = ShapeDataset("mvp", str(write_mvp(tmp_path, labels=(0, 1, 99, 2)))).catalog()
    assert len(catalog.records) == 2 * (N - 1)
    assert "its labels are 99: one of 0 to 15" in catalog.rejected[0].reason


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
