"""The kernels for products in bfloat16 against their definition in plain torch."""

import shutil

import pytest
import torch

from inr2vec_core.inrs import kernels
from inr2vec_core.inrs.kernels import ROUNDED_NAMES, rounded, rounded_kernels_for, rounded_plain
from unit.inrs.helpers import B, Q, W, draw


def arguments(name):
    """Fresh tensors for a kernel, the same at every call."""
    full, coords, weight, bias = draw((B, Q, W), (B, Q, 3), (B, W, 3), (B, 1, W), scale=1.5)
    head_weight, head_bias, outputs = draw((B, 1, W), (B, 1, 1), (B, Q))
    other, bias_grad = full.flip(2).contiguous(), bias.flip(2).contiguous()
    low, delta = full.bfloat16(), torch.zeros(B, Q, W, dtype=torch.bfloat16)
    return {
        "first_layer": (coords, weight, bias, full, delta, other),
        "sine_cosine": (full, bias, other, delta),
        "last_sine_cosine": (full, bias, other),
        "head": (full, head_weight, head_bias, outputs),
        "head_gradient": (outputs, head_weight, full, other, delta, head_weight.flip(2), bias_grad),
        "hidden_gradient": (low, other, delta, bias_grad),
        "first_gradient": (low, other, coords, weight, bias_grad),
    }[name]


# What a kernel leaves in `cosines` is nobody's to read after these.
SPENT = {"head_gradient": 3, "hidden_gradient": 1, "first_gradient": 1}


def results(module, name):
    tensors = arguments(name)
    getattr(module, name)(*map(module.view, tensors))
    return [tensor for k, tensor in enumerate(tensors) if k != SPENT.get(name)]


@pytest.mark.parametrize("name", ROUNDED_NAMES)
def test_compiled_kernels_equal_their_definition(name):
    for found, expected in zip(results(rounded, name), results(rounded_plain, name), strict=True):
        # Two values that differ in the last digit of float32 may round to neighbors in bfloat16.
        tolerance = 2**-7 if found.dtype == torch.bfloat16 else 1e-5
        torch.testing.assert_close(found, expected, rtol=tolerance, atol=1e-5)


@pytest.mark.parametrize("name", ROUNDED_NAMES)
def test_a_kernel_changes_something(name):
    before = arguments(name)
    before = [tensor for k, tensor in enumerate(before) if k != SPENT.get(name)]
    after = results(rounded_plain, name)
    assert any(not torch.equal(a, b) for a, b in zip(after, before, strict=True))


def rounded_by_kernel(values):
    """Values as `hidden_gradient` rounds them."""
    n = len(values)
    one, delta = torch.ones(1, 1, n, dtype=torch.bfloat16), torch.empty(1, 1, n).bfloat16()
    tensors = one, values[None, None].clone(), delta, torch.zeros(1, 1, n)
    rounded.hidden_gradient(*map(rounded.view, tensors))
    return delta[0, 0]


def test_rounding_is_to_nearest_and_ties_to_even():
    halves = torch.tensor([1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-8, 0.0, 1e-40, 3.4e38])
    values = torch.cat([halves, torch.randn(10_000, generator=torch.Generator().manual_seed(0))])
    assert torch.equal(rounded_by_kernel(values), values.bfloat16())
    assert rounded_by_kernel(torch.tensor([torch.nan])).isnan().all()
    assert rounded_by_kernel(torch.tensor([torch.inf, -torch.inf])).tolist() == [
        torch.inf, -torch.inf]  # fmt: skip


@pytest.mark.parametrize("scale, error", [(1, 2e-6), (30, 7e-6), (1000, 2e-4)])
def test_sine_and_cosine(scale, error):
    z = torch.linspace(-1, 1, 100_001) * scale
    sines, cosines = torch.empty_like(z), z.clone()
    tensors = cosines[None, None], torch.zeros(1, 1, len(z)), sines[None, None]
    rounded.last_sine_cosine(*map(rounded.view, tensors))
    torch.testing.assert_close(sines.double(), z.double().sin(), rtol=0, atol=error)
    torch.testing.assert_close(cosines.double(), z.double().cos(), rtol=0, atol=error)


def test_nan_and_infinity_give_nan():
    z = torch.tensor([torch.nan, torch.inf, -torch.inf])
    sines, cosines = torch.empty_like(z), z.clone()
    tensors = cosines[None, None], torch.zeros(1, 1, 3), sines[None, None]
    rounded.last_sine_cosine(*map(rounded.view, tensors))
    assert sines.isnan().all() and cosines.isnan().all()


def test_which_kernels_serve_which_tensors():
    assert rounded_kernels_for(torch.zeros(1)) is rounded
    assert rounded_kernels_for(torch.zeros(1, dtype=torch.float64)) is rounded_plain


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch's compiler needs g++ on a CPU")
def test_the_kernels_of_a_gpu_equal_their_definition():
    # On the CPU here: the same functions through the same compiler, for another machine.
    fused = kernels.fused(torch.device("cpu"), rounded_plain)
    assert fused is not rounded_plain
    for name in ("sine_cosine", "hidden_gradient"):  # the others differ from `plain` as these do
        for found, expected in zip(results(fused, name), results(rounded_plain, name), strict=True):
            torch.testing.assert_close(found, expected, rtol=2**-7, atol=1e-5)
