"""Stages of a fit are the fits of so many steps."""

import torch

from inr2vec_core.inrs.fitting import FirstSteps, FitSettings, fit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.tasks.fit_stages.stages import fit_in_stages
from unit.inrs.helpers import stored

SIREN = SirenConfig(16, 2)
OFFSETS = torch.tensor([0, 7])


def start():
    return torch.stack([torch.from_numpy(initial_weights(SIREN, 0))] * 2)


def test_each_stage_is_a_fit_of_so_many_steps():
    queries, settings = stored(2, 60), FitSettings(steps=99, queries=16, lr=1e-3)
    rates = FirstSteps(torch.full((SIREN.n_parameters,), 1e-3), 2, 8)
    for first in (None, rates):
        stages = fit_in_stages(start(), queries, SIREN, settings, OFFSETS, [5, 1, 3, 5], first)
        assert [stage.steps for stage in stages] == [1, 3, 5]
        assert 0 < stages[0].seconds < stages[1].seconds < stages[2].seconds
        for stage in stages:
            asked = FitSettings(steps=stage.steps, queries=16, lr=1e-3)
            weights, losses = fit(start(), queries, SIREN, asked, OFFSETS, first=first)
            torch.testing.assert_close(stage.weights, weights)
            torch.testing.assert_close(stage.losses, losses)  # of one step each
