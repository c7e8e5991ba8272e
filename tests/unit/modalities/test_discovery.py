"""Modalities found by their files' names, and a fourth one that is one file."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from inr2vec_core import modalities
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.geometry.raw import Cloud
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.inrs.fitting import FitSettings, fit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.modalities import modality, modality_names
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.catalog import ShapeRecord

ROOT = Path(__file__).parents[3]

TOY = '''
"""Point clouds, as the square root of the distance."""

from inr2vec_core.modalities._base import Modality


class Toy(Modality):
    title = "toy"

    def numbers_per_shape(self, dataset, n_queries):
        return 1

    def size_without_original(self, dataset, reconstruction):
        return reconstruction["cloud_points"]

    @property
    def shape_class(self):
        from inr2vec_core.geometry.shapes import CloudShape

        return CloudShape

    def prepare(self, geometry, settings, rng, rng_of_complete=None):
        from inr2vec_core.geometry.preprocessing import Prepared, prepare_cloud

        shape, frame = prepare_cloud(geometry, settings, rng)
        return Prepared(shape, "toy", frame)

    def sample_queries(self, shape, n, sampling, rng):
        import numpy as np
        from scipy.spatial import cKDTree

        from inr2vec_core.geometry.queries import from_steps, quantize, to_steps

        steps = to_steps(rng.uniform(-1, 1, (n, 3)).astype(np.float32))
        distance = cKDTree(shape.points).query(from_steps(steps))[0]
        return quantize(steps, np.sqrt(distance / 4).astype(np.float32))

    def values(self, outputs, loss="bce"):
        return 4 * outputs.sigmoid() ** 2

    def loss_and_gradient(self, kind="bce"):
        from inr2vec_core.ops.losses import bce

        return bce

    def criterion(self):
        from torch.nn.functional import binary_cross_entropy_with_logits

        return binary_cross_entropy_with_logits

    def reconstruct(self, field, size, generator, device="cpu", cloud=None):
        import torch

        from inr2vec_core.geometry.shapes import CloudShape

        points = torch.rand(100 * size, 3, generator=generator) * 2 - 1
        return CloudShape(points[field(points).argsort()[:size]].numpy())
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder whose files are modalities too."""
    monkeypatch.setattr(modalities, "__path__", [*modalities.__path__, str(tmp_path)])
    modality.cache_clear()
    importlib.invalidate_caches()
    yield tmp_path
    modality.cache_clear()
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(f"{modalities.__name__}.{path.stem}", None)


def test_each_file_is_a_modality_but_for_those_with_an_underscore():
    folder = Path(modalities.__file__).parent
    assert modality_names() == sorted(path.stem for path in folder.glob("[!_]*.py"))
    titles = {name: modality(name).title for name in modality_names()}
    assert titles.items() >= {"occ": "voxels", "sdf": "mesh", "udf": "point cloud"}.items()
    assert modality("sdf") is modality("sdf") != modality("udf")


@pytest.mark.parametrize("name", ["nerf", "_base", "../io/hdf5", ""])
def test_an_unknown_name_is_told_with_those_there_are(name):
    with pytest.raises(InputError, match=f"there are {', '.join(modality_names())}"):
        modality(name)


def test_a_file_must_define_one_modality(folder):
    (folder / "none.py").write_text("from inr2vec_core.modalities.udf import Udf\n")
    with pytest.raises(InputError, match=r"none\.py defines 0 modalities, not one"):
        modality("none")


@pytest.mark.parametrize("text, message", [
    ("class (:", r"broken\.py, line 1: invalid syntax"),
    ("from inr2vec_core.modalities._base import Modality\nclass M(Modality): pass\n",
     r"broken\.py: M does not define .*prepare"),
], ids=["syntax", "abstract"])  # fmt: skip
def test_a_broken_file_is_named(folder, text, message):
    (folder / "broken.py").write_text(text)
    with pytest.raises(InputError, match=message):
        modality("broken")


def test_rule_files_ask_modalities_without_numpy_or_torch():
    code = """
import sys
from inr2vec_core.modalities import modality, modality_names
dataset = {"queries": {"per_shape": 7}, "points": 5, "voxels": {"resolution": 4}}
for name in modality_names():
    field = modality(name)
    field.n_stored_queries(dataset), field.numbers_per_shape(dataset, 3), field.title
    field.size_without_original(dataset, {"cloud_points": 5, "resolution": 6})
assert not {"numpy", "torch", "h5py"} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_fourth_field_is_one_file(folder):
    (folder / "toy.py").write_text(TOY)
    ball = Cloud(np.random.default_rng(0).normal(size=(200, 3)))
    toy = modality("toy")
    assert "toy" in modality_names() and toy.name == "toy"

    record = ShapeRecord("ball/0", "ball", "train", "ball.npy")
    shard = prepare_shapes([(record, ball)], ShapeSettings("toy", points=64), 1, seed=0)
    shape, copy = shard.shapes
    assert (
        shard.columns["preparation"] == ["toy", "toy"]
        and type(copy) is toy.shape_class is CloudShape
    )

    rng = np.random.default_rng(0)
    stored = torch.from_numpy(toy.sample_queries(shape, 2000, QuerySampling(), rng))[None]
    siren = SirenConfig(16, 2)
    start = torch.from_numpy(initial_weights(siren, 0))[None]
    losses = [
        fit(start, stored, siren, FitSettings(n, 500, 1e-3, field="toy"), torch.tensor([0]))
        for n in (1, 100)
    ]
    assert losses[1][1] < losses[0][1]

    weights, _ = losses[1]
    (field,) = InrSpec(siren, toy, "bce").fields(weights)
    reconstructed = toy.try_reconstruct(field, 32, torch.Generator().manual_seed(0), label="ball/0")
    assert reconstructed.points.shape == (32, 3)
    assert shape.matching_size(None, 8) == 64
    assert np.isfinite(reconstructed.evaluation_points(10, rng)).all()
