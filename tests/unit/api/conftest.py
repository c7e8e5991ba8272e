"""A small init, recipes of few queries, and INRs that were fitted by them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inr2vec_core.api.fit import fit_inrs
from inr2vec_core.api.recipe import FitRecipe
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig

SIREN = SirenConfig(16, 2)


@pytest.fixture
def init():
    """An init as if it were learned: two steps of 32 queries, of any field."""
    rates = np.full(SIREN.n_parameters, 0.01, np.float32)
    return SharedInit(Path("small init"), SIREN, initial_weights(SIREN, 0), rates, 2, 32)


@pytest.fixture
def recipe():
    """A function: field -> a recipe of 64 points, 8 voxels and 256 queries."""

    def make(field, **more):
        made = FitRecipe.default(field)
        shapes = replace(made.shapes, points=64, resolution=8)
        return replace(made, shapes=shapes, queries_per_shape=256, **more)

    return make


@pytest.fixture
def clouds(rng):
    return [rng.standard_normal((64, 3)) * size for size in (1, 20, 0.1)]


@pytest.fixture
def grids(rng):
    """Boxes of different sizes."""
    made = np.zeros((5, 8, 8, 8), bool)
    for k, grid in enumerate(made):
        grid[1 : 3 + k, 2:6, 2:5] = True
    return list(made)


@pytest.fixture
def box_inrs(grids, init, recipe):
    return fit_inrs(grids, init=init, recipe=recipe("occ"), names=list("abcde"))
