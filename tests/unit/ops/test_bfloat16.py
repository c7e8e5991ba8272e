"""Rows of bfloat16 as bits, against torch's own conversions."""

import numpy as np
import pytest
import torch

from inr2vec_core.ops.bfloat16 import bits, load_row, store_row
from inr2vec_core.ops.numba_jit import compiled


@compiled
def loaded(source, row):
    load_row(source, row)


@compiled
def stored(row, target):
    store_row(row, target)


def values():
    x = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    ties = torch.tensor([1 + 2.0**-8, 1 + 3 * 2.0**-8, -1 - 2.0**-8])  # halfway between two
    return torch.cat([x, ties, torch.tensor([0.0, -0.0, torch.inf, -torch.inf, 1e-40, 3e38])])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_row_is_widened_as_by_torch(dtype):
    x = values().to(dtype)
    row = np.empty(len(x), np.uint32)
    loaded(bits(x).numpy(), row)
    assert torch.equal(torch.from_numpy(row.view(np.float32)), x.float())


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_row_is_rounded_as_by_torch(dtype):
    x = values()
    out = torch.empty(len(x), dtype=dtype)
    stored(bits(x).numpy(), bits(out).numpy())
    assert torch.equal(bits(out), bits(x.to(dtype)))
