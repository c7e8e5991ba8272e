"""The inits and models that ship with the package, on shapes that they were not trained on."""

import numpy as np
import pytest

from inr2vec_core.api.examples import example_shapes
from inr2vec_core.api.fit import fit_inrs
from inr2vec_core.api.inits import SHIPPED
from inr2vec_core.api.model import load_model
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.chamfer import chamfer_distance

UNSEEN = 1  # seed of the examples; the models were trained on shapes of seed 0


def shapes_of(field):
    if field == "udf":
        return example_shapes(2, seed=UNSEEN)
    return example_shapes(2, form="mesh", seed=UNSEEN)


@pytest.mark.parametrize("field", ["udf", "sdf", "occ"])
def test_it_is_small_and_starts_where_learned_inrs_start(field):
    model = load_model(f"builtin:{field}", "cpu")
    assert (SHIPPED / field / "model.safetensors").stat().st_size < 8e6
    assert (model.field, model.siren) == (field, SirenConfig(64, 4))
    inrs = fit_inrs(shapes_of(field)[:1], field=field, init="learned", seed=0)
    assert inrs.init_id == model.network.init
    assert model.embed(inrs).shape == (1, 256)


@pytest.mark.parametrize("field", ["udf", "sdf", "occ"])
def test_shapes_that_it_has_not_seen_are_decoded_near_themselves(field):
    model = load_model(f"builtin:{field}", "cpu")
    inrs = model.fit(shapes_of(field), names=["a", "b"])
    z = model.embed(inrs)
    rng = np.random.default_rng(0)
    decoded = [model.decoded(one, 1024, 64 if field == "sdf" else None) for one in z]
    points = [shape.evaluation_points(1024, rng) for shape in decoded]
    originals = [shape.evaluation_points(1024, rng) for shape in inrs.shapes]

    for i in (0, 1):
        own = chamfer_distance(points[i], originals[i])
        assert own < 0.05
        assert own < 0.5 * chamfer_distance(points[i], originals[1 - i])
