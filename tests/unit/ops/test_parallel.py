"""Loops over the clouds of a batch, on any number of threads."""

import numpy as np
import pytest
import torch

from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import bits, each_cloud, each_part, load_row, store_row


@pytest.fixture
def threads():
    """A function that sets torch's threads, which are as before at the end."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("b", [1, 2, 5])
def test_each_cloud_is_visited_once_with_its_part(b, count, threads):
    threads(count)
    x, seen = torch.arange(3.0 * b).view(b, 3), torch.zeros(b, 3)

    def kernel(part, whole, factor, out):
        assert whole.tolist() == [7, 8]
        out += factor * part

    each_cloud(kernel, b, x, np.array([7, 8]), 2.0, seen)
    assert torch.equal(seen, 2 * x)


@pytest.mark.parametrize("small", [0, 100])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("b", [1, 2, 5])
def test_each_cloud_is_in_one_part(b, count, small, threads, monkeypatch):
    monkeypatch.setattr("inr2vec_core.ops.parallel.SMALL", small)
    threads(count)
    x, seen, parts = np.arange(3.0 * b).reshape(b, 3), np.zeros((b, 3)), []

    def kernel(first, last, whole, factor, out):
        parts.append((first, last))
        out[first:last] += factor * whole[first:last]

    each_part(kernel, b, x, 2.0, seen)
    assert (seen == 2 * x).all()
    assert len(parts) == (1 if x.size < small else min(b, count))


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_in_a_thread_is_raised(count, threads):
    threads(count)

    def kernel(part):
        if part.item() == 2:
            raise ZeroDivisionError("in cloud 2")

    with pytest.raises(ZeroDivisionError, match="in cloud 2"):
        each_cloud(kernel, 4, torch.arange(4))


# ---------------------------------------------------------------------------- rows of bfloat16


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
