"""INRs of a run's shards for torch's loaders."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from inr2vec_core.api.fit import fit_inrs
from inr2vec_core.api.inr_dataset import InrDataset
from inr2vec_core.errors import InputError


@pytest.fixture
def folder(box_inrs, tmp_path):
    """Two shards of INRs and shapes: a, c, e and b, d; e is a test shape of another class."""
    inrs = replace(
        box_inrs, classes=["box", "box", "tower", "box", "wall"],
        splits=["train", "train", "train", "val", "test"],
    )  # fmt: skip
    for k in range(2):
        for name in ("inrs/few", "shapes"):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
            inrs[slice(k, None, 2)].save(tmp_path / name / f"{k}.h5")
    return tmp_path


def test_items(folder, box_inrs):
    data = InrDataset(folder)
    assert len(data) == 5
    assert data.classes == ["box", "tower", "wall"]
    assert data.shape_ids == list("acebd")
    assert data.labels.tolist() == [0, 1, 2, 0, 0]
    item = data[1]
    assert item.keys() == {"weights", "label", "shape_id"}
    assert torch.equal(item["weights"], box_inrs.weights[2])
    assert (item["label"], item["shape_id"]) == (1, "c")
    assert data[-1]["shape_id"] == "d"
    with pytest.raises(IndexError):
        data[5]


def test_splits_keep_the_numbers_of_classes(folder):
    data = InrDataset(folder, "few", splits=["test"])
    assert data.shape_ids == ["e"]
    assert data.labels.tolist() == [2]
    with pytest.raises(InputError, match=r"no INR of \['training'\]: it has \['test', 'train'"):
        InrDataset(folder, splits=["training"])


def test_shapes(folder, grids):
    data = InrDataset(folder, shapes=True)
    assert (data[3]["grid"].numpy() == grids[1]).all()


def test_workers_read_batches(folder, box_inrs):
    data = InrDataset(folder, shapes=True)
    assert pickle.loads(pickle.dumps(data))[0]["shape_id"] == "a"
    batches = list(DataLoader(data, batch_size=2, num_workers=1))
    assert [len(batch["label"]) for batch in batches] == [2, 2, 1]
    assert [name for batch in batches for name in batch["shape_id"]] == list("acebd")
    weights = torch.cat([batch["weights"] for batch in batches])
    assert torch.equal(weights, box_inrs.weights[[0, 2, 4, 1, 3]])
    assert batches[0]["grid"].shape == (2, 8, 8, 8)


def test_clouds_and_meshes(tmp_path, clouds, init, recipe):
    fit_inrs(clouds, init=init, recipe=recipe("udf")).save(tmp_path / "clouds.h5")
    assert InrDataset(tmp_path / "clouds.h5", shapes=True)[0]["points"].shape == (64, 3)
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])
    fit_inrs([(vertices, faces)], init=init, recipe=recipe("sdf")).save(tmp_path / "mesh.h5")
    item = InrDataset(tmp_path / "mesh.h5", shapes=True)[0]
    assert item["vertices"].shape == (4, 3)
    assert item["faces"].shape == (4, 3)


def test_what_is_not_there(folder, tmp_path):
    with pytest.raises(InputError, match=r"no inrs/small/\*.h5: .*\(few\)"):
        InrDataset(folder, "small")
    with pytest.raises(InputError, match="no inrs/<inr>"):
        InrDataset(tmp_path / "nothing")
    (folder / "shapes/1.h5").unlink()
    with pytest.raises(InputError, match=r"shapes/1.h5"):
        InrDataset(folder, shapes=True)
