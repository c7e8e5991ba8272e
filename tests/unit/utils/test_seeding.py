"""Random streams by name."""

import numpy as np
import torch

from inr2vec_core.utils.seeding import derive_seed, numpy_stream, torch_stream


def test_a_seed_depends_on_the_runs_seed_and_on_every_name():
    seeds = {
        derive_seed(*key)
        for key in [(0,), (1,), (0, "a"), (0, "b"), (0, "a", "b"), (0, "ab"), (0, "a", 1)]
    }
    assert len(seeds) == 7


def test_seeds_are_the_same_in_every_process_and_fit_63_bits():
    assert derive_seed(0, "queries", "chair/1") == 2017787283010957612
    assert all(0 <= derive_seed(0, "x", k) < 2**63 for k in range(200))


def test_a_stream_is_its_own():
    first = numpy_stream(0, "shape", 1).random(4)
    np.testing.assert_array_equal(first, numpy_stream(0, "shape", 1).random(4))
    assert not np.array_equal(first, numpy_stream(0, "shape", 2).random(4))
    first, again, other = (torch.rand(4, generator=torch_stream(0, "shape", i)) for i in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
