"""Loops over the clouds of a batch, on any number of threads."""

import numpy as np
import pytest
import torch

from inr2vec_core.ops.parallel import each_cloud


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


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_in_a_thread_is_raised(count, threads):
    threads(count)

    def kernel(part):
        if part.item() == 2:
            raise ZeroDivisionError("in cloud 2")

    with pytest.raises(ZeroDivisionError, match="in cloud 2"):
        each_cloud(kernel, 4, torch.arange(4))
