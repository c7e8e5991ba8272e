"""Sets of new shapes of one class: what is drawn, and that draws are repeatable."""

import numpy as np
import pytest
import torch

from inr2vec_core.geometry.shapes import VoxelShape
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.modalities import modality
from inr2vec_core.models.latent_gan import build_generator
from inr2vec_core.tasks.generation.sampling import decode_sets, sample_embeddings, shapes_of_class

SPLITS = ["train"] * 4 + ["val"] * 2 + ["test"] * 4


@pytest.fixture
def data(rng):
    names = ["car", "chair"] * 5
    ids = [f"{name}/{k}" for k, name in enumerate(names)]
    return EmbeddingSet.of(ids, names, SPLITS, rng.random((10, 3)).astype("f4"))


def test_decoded_test_gives_the_embeddings_of_the_test_shapes_once(data):
    drawn = sample_embeddings("decoded_test", data, "car", 2, 3, 0)
    assert list(drawn) == ["draw 0"]
    own = data.x[[i for i in range(10) if data.split[i] == "test" and i % 2 == 0]]
    assert sorted(drawn["draw 0"].tolist()) == sorted(own.tolist())


def test_a_gaussian_gives_as_many_draws_as_asked_for(data):
    drawn = sample_embeddings("gaussian", data, "chair", 5, 2, 0)
    assert {name: x.shape for name, x in drawn.items()} == {"draw 0": (5, 3), "draw 1": (5, 3)}
    assert not np.array_equal(drawn["draw 0"], drawn["draw 1"])
    again = sample_embeddings("gaussian", data, "chair", 5, 1, 0)
    np.testing.assert_array_equal(again["draw 0"], drawn["draw 0"])


def test_a_generator_gives_draws_that_depend_on_the_seed_and_the_class(data):
    torch.manual_seed(0)
    generator = build_generator({"embedding": 3, "noise": 2, "noise_std": 0.2}).eval()

    def first(class_name, seed):
        return sample_embeddings(generator, data, class_name, 4, 1, seed)["draw 0"]

    assert first("car", 0).shape == (4, 3)
    np.testing.assert_array_equal(first("car", 0), first("car", 0))
    assert not np.array_equal(first("car", 0), first("car", 1))
    assert not np.array_equal(first("car", 0), first("chair", 0))


def test_shapes_of_a_class_are_of_it_and_of_the_split(make_shards):
    rows = [("a0", "a", "train"), ("b0", "b", "train"), ("a1", "a", "test"), ("a2", "a", "train")]
    _, shapes = make_shards(
        [rows[:2], rows[2:]], lambda name: [0.0], lambda name: np.full((4, 3), ord(name[1]), "f4")
    )
    found = shapes_of_class(shapes, "train", "a", 9, 0, "x")
    assert sorted(shape.points[0, 0] for shape in found) == [ord("0"), ord("2")]
    (one,) = shapes_of_class(shapes, "train", "a", 1, 0, "x")
    assert one.points[0, 0] == found[0].points[0, 0]


class Threshold:
    """Decodes an embedding (1,) to the occupancy of the half-space x < embedding."""

    modality = modality("occ")

    def decoded(self, embedding):
        return lambda coords: (coords[:, 0] < embedding).float()


def test_sets_are_decoded_in_their_order_and_what_has_no_surface_is_none():
    sets = {"draw 0": np.array([[0.0], [-9.0]], "f4"), "epoch 1": np.array([[0.5]], "f4")}
    shapes = decode_sets(Threshold(), sets, "car", 4, 0)
    assert list(shapes) == ["draw 0", "epoch 1"]
    first, nothing = shapes["draw 0"]
    assert isinstance(first, VoxelShape) and nothing is None
    assert first.grid.sum() == 32 and shapes["epoch 1"][0].grid.sum() == 48
