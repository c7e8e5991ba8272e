"""Training shared networks: what batches hold, how shapes are represented, resuming."""

import numpy as np
import pytest
import torch
import trimesh

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.modalities import modality
from inr2vec_core.models.shared_network import build_shared_model, digest_of_shapes
from inr2vec_core.tasks.shared_networks.inputs import InputsOfNewShapes, surface_points
from inr2vec_core.tasks.shared_networks.task import (
    SharedNetworkSettings,
    SharedNetworkTask,
    training_shapes,
)
from inr2vec_core.training import trainer as training
from inr2vec_core.training.trainer import TrainSettings, train
from inr2vec_core.utils.seeding import numpy_stream

SETTINGS = SharedNetworkSettings(
    batch=2, queries=32, buffer=64, validation_shapes=3, validation_points=64,
    validation_resolution=8,
)  # fmt: skip
OPTIONS = {
    "occupancy_networks": {"encoder_hidden": 8, "hidden": 8, "points": 6},
    "deepsdf": {"hidden": 16, "layers": 4, "test_steps": 3, "test_queries": 16},
    "latent_modulated_siren": {"hidden": 8, "layers": 3},
}
ROWS = [(f"s{k}", "ball", split) for k, split in enumerate(["train"] * 4 + ["val"] * 3)]
SPHERE = trimesh.creation.icosphere(1)


def points_of(shape_id):
    directions = numpy_stream(1, shape_id).normal(size=(80, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions * (0.3 + 0.05 * int(shape_id[1:]))


def mesh_of(shape_id):
    vertices = SPHERE.vertices * (0.3 + 0.05 * int(shape_id[1:]))
    return MeshShape(vertices.astype(np.float32), SPHERE.faces.astype(np.int32))


def grid_of(shape_id):
    grid = np.zeros((8, 8, 8), bool)
    grid[2:5, 2 : 5 + int(shape_id[1:]) % 3, 2:6] = True
    return VoxelShape(grid)


FORMS = {"udf": points_of, "sdf": mesh_of, "occ": grid_of}


@pytest.fixture
def make_task(make_shards):
    files = {}

    def make(name="deepsdf", field="udf", settings=SETTINGS):
        if field not in files:
            shards = make_shards([ROWS[::2], ROWS[1::2]], lambda _: np.zeros(1), FORMS[field])
            files[field] = shards[1]
        shapes = training_shapes(files[field], copies=False)
        torch.manual_seed(0)
        model = build_shared_model({
            "network": name, "embedding": 4, "options": OPTIONS[name], "field": field,
            "shapes": len(shapes), "trained_on": digest_of_shapes(shapes.shape_id),
        })  # fmt: skip
        return SharedNetworkTask(
            model, shapes, files[field], QuerySampling(), settings, 200, 0, torch.device("cpu")
        )

    return make


def test_batches_are_queries_and_points_of_the_shapes_that_their_rows_name(make_task):
    task = make_task("occupancy_networks")
    assert task.data.shape_id == ["s0", "s1", "s2", "s3"]  # sorted, whatever the shards
    seen = []
    for batch in task.batches(3):
        assert batch.epoch == 3
        assert batch.coords.shape == (2, 32, 3) and batch.points.shape == (2, 6, 3)
        for row, coords, labels, points in zip(
            batch.rows, batch.coords, batch.labels, batch.points, strict=True
        ):
            cloud = points_of(f"s{int(row)}")
            expected = modality("udf").label_queries(cloud, coords.numpy())
            np.testing.assert_allclose(labels.numpy(), expected, atol=1e-4)
            distance = np.linalg.norm(cloud[None] - points.numpy()[:, None], axis=2).min(1)
            assert distance.max() < 1e-6
            seen.append(int(row))
    assert sorted(seen) == [0, 1, 2, 3]


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("field", FORMS)
def test_every_network_trains_on_every_form_of_shape(make_task, name, field):
    task = make_task(name, field)
    result = train(task, TrainSettings(1, lr=1e-3, schedule="halving", weight_decay=0), 0)
    assert 0 <= result.history[0]["failed"] <= 1
    assert np.isfinite(result.history[0]["chamfer"])


@pytest.mark.parametrize("name", OPTIONS)
def test_a_resumed_training_ends_with_the_same_bits(make_task, name, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", -1)
    settings = TrainSettings(3, lr=1e-2, schedule="halving", weight_decay=0, select="last")
    whole = train(make_task(name), settings, 0)

    class Killed(Exception):
        pass

    task = make_task(name)
    batches = task.batches
    monkeypatch.setattr(task, "batches", lambda epoch: batches(epoch) if epoch < 3 else killed())

    def killed():
        raise Killed

    with pytest.raises(Killed):
        train(task, settings, 0, checkpoint=tmp_path / "c.pt")
    resumed = train(make_task(name), settings, 0, checkpoint=tmp_path / "c.pt")
    assert whole.best_state.keys() == resumed.best_state.keys()
    for key, value in whole.best_state.items():
        assert torch.equal(value, resumed.best_state[key]), key


def test_inputs_of_a_new_shape_depend_on_its_id_alone():
    network = make_network("occupancy_networks")
    network.queries_to_represent = lambda queries: queries
    made = InputsOfNewShapes(network, modality("udf"), QuerySampling(), 20, 100, 5)
    shapes = {name: CloudShape(points_of(name)) for name in ("s0", "s1", "s2")}
    together = made(list(shapes), list(shapes.values()))
    alone = made(["s1"], [shapes["s1"]])
    assert torch.equal(alone.coords[0], together.coords[1])
    assert torch.equal(alone.points[0], together.points[1])
    assert alone.rows is None


def test_new_shapes_have_no_more_queries_than_are_stored():
    network = make_network("deepsdf")
    assert network.queries_to_represent(7) == 48
    for stored, expected in ((30, 30), (100, 48)):
        made = InputsOfNewShapes(network, modality("udf"), QuerySampling(), 7, stored, 0)
        assert made(["s0"], [CloudShape(points_of("s0"))]).coords.shape == (1, expected, 3)


def make_network(name):
    return build_shared_model({
        "network": name, "embedding": 4, "options": OPTIONS[name], "field": "udf", "shapes": 2,
        "trained_on": "",
    }).network  # fmt: skip


def test_surface_points_are_of_the_surface(rng):
    cloud = CloudShape(points_of("s0").astype(np.float32))
    for n in (5, 80, 200):
        points = surface_points(cloud, n, rng)
        assert points.shape == (n, 3) and points.dtype == np.float32
        assert set(map(tuple, points)) <= set(map(tuple, cloud.points))
    # Drawn without repetition where there are enough.
    assert len(np.unique(surface_points(cloud, 79, rng), axis=0)) == 79
    on_mesh = surface_points(mesh_of("s0"), 50, rng)
    assert mesh_of("s0").signed_distance()(on_mesh).__abs__().max() < 1e-6
    centers = (np.argwhere(grid_of("s0").grid) + 0.5) / 4 - 1
    found = surface_points(grid_of("s0"), 20, rng)
    assert np.abs(found[:, None] - centers[None]).sum(2).min(1).max() < 1e-6


def test_codes_of_other_training_shapes_are_refused(make_task):
    model = make_task("deepsdf").model
    assert model.codes_of_training(["s0", "s1", "s2", "s3"]).shape == (4, 4)
    with pytest.raises(InputError, match="which were others than these: train it"):
        model.codes_of_training(["s0", "s1", "s2", "s4"])
    assert make_task("occupancy_networks").model.codes_of_training(["x"]) is None
