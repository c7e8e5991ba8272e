"""INRs matched to a reference, as flat weights."""

import torch

from inr2vec_core.inrs.siren import evaluate, initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.tasks.weight_space import matching
from inr2vec_core.tasks.weight_space.matching import match_inrs

SIREN = SirenConfig(16, 3)


def inrs(n):
    return torch.stack([torch.from_numpy(initial_weights(SIREN, 0, k)) for k in range(n)])


def test_the_reference_is_left_in_place_and_functions_stay_as_they_are():
    flat = inrs(4)
    matched, in_place = match_inrs(flat[0], flat, SIREN)
    assert torch.equal(matched[0], flat[0])
    assert in_place.shape == (4, 3) and (in_place[0] == 1).all() and in_place[1:].max() < 0.5
    coords = (2 * torch.rand(20, 3) - 1).expand(4, -1, -1)
    torch.testing.assert_close(
        evaluate(matched, coords, SIREN), evaluate(flat, coords, SIREN), rtol=1e-3, atol=1e-4
    )


def test_each_inr_can_have_a_reference_of_its_own(monkeypatch):
    flat = inrs(5)
    monkeypatch.setattr(matching, "CHUNK", 2)
    matched, in_place = match_inrs(flat, flat, SIREN)
    assert torch.equal(matched, flat) and (in_place == 1).all()
