"""The methods that make a mapping's target shape from its source."""

import numpy as np
import pytest
import torch

from inr2vec_core.geometry.shapes import VoxelShape
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.modalities import modality
from inr2vec_core.tasks.mapping.methods import MappingMethods
from inr2vec_core.tasks.mapping.pairs import Pairs


class Threshold:
    """Decodes an embedding (1,) to the occupancy of the half-space x < embedding."""

    modality = modality("occ")

    def to(self, device):
        return self

    def decoded(self, embedding):
        return lambda coords: (coords[:, 0] < embedding).float()


def side(values):
    ids, splits = ["a", "b", "c"], ["train", "val", "test"]
    return EmbeddingSet.of(ids, ["chair"] * 3, splits, np.array(values, "f4")[:, None])


def methods(transfer=None):
    pairs = Pairs.match(side([0.0, 0.5, -9.0]), side([0.5, 0.0, 0.0]))
    return MappingMethods(pairs, Threshold(), transfer, 8, 0)


GRID = VoxelShape(np.ones((4, 4, 4), bool))


def occupied(shape):
    return shape.grid.shape[0], int(shape.grid.sum())


def test_the_input_is_the_source_itself():
    assert methods().shape("input", 0, GRID, None) is GRID


def test_a_target_is_decoded_from_its_own_embedding_at_the_targets_size():
    assert occupied(methods().shape("decoded_target", 0, None, GRID)) == (4, 48)
    assert occupied(methods().shape("decoded_target", 1, None, GRID)) == (4, 32)


def test_a_transfer_network_maps_the_sources_embedding():
    identity = torch.nn.Identity()
    assert occupied(methods(identity).shape("transfer", 0, None, GRID)) == (4, 32)
    assert occupied(methods(identity).shape("transfer", 1, None, GRID)) == (4, 48)


def test_no_surface_is_no_shape_and_a_warning(caplog):
    assert methods(torch.nn.Identity()).shape("transfer", 2, None, GRID) is None
    assert "c by transfer" in caplog.text


def test_without_a_network_nothing_is_transferred():
    with pytest.raises(KeyError):
        methods().shape("transfer", 0, None, GRID)
