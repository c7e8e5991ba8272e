"""The maximum over rows of a linear layer, against torch's layer and maximum."""

import pytest
import torch
import torch.nn.functional as F

from inr2vec_core.ops.layers import linear_max as module
from inr2vec_core.ops.layers.linear_max import linear_max


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def made(b, n, inputs, outputs):
    """Rows, weight and bias, which need gradients, and what comes from above."""
    sizes = (b, n, inputs), (outputs, inputs), (outputs,)
    tensors = [random(*size, seed=i).requires_grad_() for i, size in enumerate(sizes)]
    return tensors, random(b, outputs, seed=9)


def results(out, tensors, upstream):
    return out.detach(), *torch.autograd.grad(out, tensors, upstream)


@pytest.mark.parametrize("outputs", [1, 6, 131])
@pytest.mark.parametrize("n", [1, 7, 64])
def test_values_and_gradients_are_those_of_torch(n, outputs):
    tensors, upstream = made(3, n, 4, outputs)
    found = results(linear_max(*tensors), tensors, upstream)
    expected = results(F.linear(*tensors).amax(1), tensors, upstream)
    torch.testing.assert_close(found, expected)


def test_double_precision_is_kept():
    tensors, upstream = made(3, 7, 4, 6)
    wide = [t.detach().double().requires_grad_() for t in tensors]
    found = results(linear_max(*wide), wide, upstream.double())
    assert all(t.dtype == torch.float64 for t in found)
    torch.testing.assert_close([t.float() for t in found], list(results(
        linear_max(*tensors), tensors, upstream
    )))  # fmt: skip


def test_the_first_of_equal_rows_has_the_gradient():
    x = torch.tensor([[[1.0], [2.0], [2.0], [0.0]]], requires_grad=True)
    linear_max(x, torch.ones(1, 1), torch.zeros(1)).sum().backward()
    assert x.grad.flatten().tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize("row", [0, 2, 4])
def test_a_row_that_is_no_number_is_not_passed_over(row):
    x = random(2, 5, 3)
    x[1, row] = torch.nan
    found = linear_max(x, random(4, 3, seed=1), torch.zeros(4))
    assert found[0].isfinite().all() and found[1].isnan().all()


def test_products_of_bfloat16_are_summed_in_float32():
    (x, weight, bias), upstream = made(3, 16, 8, 6)
    narrow = x.detach().bfloat16().requires_grad_()
    found = results(linear_max(narrow, weight, bias), (narrow, weight, bias), upstream)
    assert [t.dtype for t in found] == [torch.float32, torch.bfloat16, *[torch.float32] * 2]
    argmax = F.linear(narrow, weight.bfloat16()).argmax(1)  # where rounded products are greatest
    rows = torch.arange(3)[:, None]
    expected = torch.einsum("bo,boi->oi", upstream, narrow.detach().float()[rows, argmax])
    torch.testing.assert_close(found[2], expected)


@pytest.mark.parametrize("outputs_at_once", [1, 100, 1 << 19])
@pytest.mark.parametrize("threads", [1, 2])
def test_parts_and_threads_do_not_matter(outputs_at_once, threads, monkeypatch):
    tensors, upstream = made(5, 9, 4, 70)
    expected = results(linear_max(*tensors), tensors, upstream)
    monkeypatch.setattr(module, "OUTPUTS", outputs_at_once)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        found = results(linear_max(*tensors), tensors, upstream)
    finally:
        torch.set_num_threads(before)
    torch.testing.assert_close(found, expected)
