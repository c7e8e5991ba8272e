"""Folders of partial clouds beside complete ones."""

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.formats.pairs import Format
from inr2vec_core.shapes.pairing import complete_id
from unit.shapes.helpers import clouds


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
    complete = ShapeDataset("pairs", str(root)).catalog()
    partial = ShapeDataset("pairs", str(root), side="partial").catalog()
    ids = [s.shape_id for s in complete.records]
    assert len(ids) == 7 and "chair/test/b" not in ids
    assert [complete_id(s.shape_id) for s in partial.records] == ids
    reasons = {r.shape_id: r.reason for r in complete.rejected}
    assert "add its partial cloud" in reasons["chair/test/b"]
    assert "add its complete cloud" in reasons["chair/test/other"]
    settings = ShapeSettings(points=40, side="partial", frame="complete")
    shard = prepare_shapes(Format(root).read(partial.records[:1]), settings, 0, 0)
    whole = prepare_shapes(Format(root).read(complete.records[:1]), ShapeSettings(points=40), 0, 0)
    np.testing.assert_array_equal(shard.columns["center"][0], whole.columns["center"][0])
    dataset = ShapeDataset("pairs", str(root), side="partial", shards=7)
    assert dataset.files(partial, 0) == sorted(
        str(root / side / "chair/test/a.npy") for side in ("complete", "partial")
    )


def test_pairs_without_any_name_in_common_are_refused(tmp_path):
    root = write_pairs(tmp_path)
    for file in sorted((root / "partial").rglob("*.npy")):
        file.rename(file.with_name(f"p{file.name}"))
    with pytest.raises(InputError, match="no two have the same name"):
        ShapeDataset("pairs", str(root)).catalog()
