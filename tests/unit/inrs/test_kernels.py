"""The kernels of every device against their definition in plain torch."""

import shutil

import pytest
import torch

from inr2vec_core.inrs import kernels
from inr2vec_core.inrs.kernels import NAMES, compiled, kernels_for, plain
from unit.inrs.helpers import B, Q, W, draw


def arguments(name):
    """Fresh tensors for a kernel, the same at every call."""
    full, coords, weight, bias = draw((B, Q, W), (B, Q, 3), (B, W, 3), (B, 1, W), scale=1.5)
    head_weight, head_bias, outputs = draw((B, 1, W), (B, 1, 1), (B, Q))
    other, bias_grad = full.flip(2).contiguous(), bias.flip(2).contiguous()
    return {
        "first_layer": (coords, weight, bias, full, other),
        "sine_cosine": (full, bias, other),
        "head": (full, head_weight, head_bias, outputs),
        "head_gradient": (outputs, head_weight, full, other, head_weight.flip(2), bias_grad),
        "hidden_gradient": (full, other, bias_grad),
        "first_gradient": (full, other, coords, weight, bias_grad),
    }[name]


def results(module, name):
    tensors = arguments(name)
    getattr(module, name)(*map(module.view, tensors))
    if name == "first_gradient":  # what it leaves in `cosines` is nobody's to read
        tensors = tensors[:1] + tensors[2:]
    return tensors


@pytest.mark.parametrize("name", NAMES)
def test_compiled_kernels_equal_their_definition(name):
    for found, expected in zip(results(compiled, name), results(plain, name), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=5e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_kernel_changes_something(name):
    before = arguments(name)
    assert any(not torch.equal(a, b) for a, b in zip(results(plain, name), before, strict=False))


def sine_and_cosine(z):
    sines, cosines = torch.empty_like(z), z.clone()
    bias = torch.zeros(1, 1, len(z))
    compiled.sine_cosine(*map(compiled.view, (cosines[None, None], bias, sines[None, None])))
    return sines, cosines


@pytest.mark.parametrize("scale", [1.0, 30.0, 1000.0])
def test_sine_and_cosine_to_float32(scale):
    z = torch.linspace(-1, 1, 100_001) * scale
    sines, cosines = sine_and_cosine(z)
    torch.testing.assert_close(sines.double(), z.double().sin(), rtol=0, atol=1.2e-7)
    torch.testing.assert_close(cosines.double(), z.double().cos(), rtol=0, atol=1.2e-7)


def test_special_angles_and_values():
    z = torch.tensor([0.0, torch.pi / 2, torch.pi, -torch.pi / 2, float("nan"), float("inf")])
    sines, cosines = sine_and_cosine(z)
    torch.testing.assert_close(sines[:4], torch.tensor([0.0, 1, 0, -1]), rtol=0, atol=1e-6)
    torch.testing.assert_close(cosines[:4], torch.tensor([1.0, 0, -1, 0]), rtol=0, atol=1e-6)
    assert sines[4:].isnan().all() and cosines[4:].isnan().all()


def test_one_inr_with_nan_leaves_the_others_alone():
    for name in ("sine_cosine", "hidden_gradient"):
        tensors = [t.clone() for t in arguments(name)]
        tensors[0][1] = float("nan")
        getattr(compiled, name)(*map(compiled.view, tensors))
        for found, expected in zip(tensors, results(compiled, name), strict=True):
            assert torch.equal(found[0], expected[0])


def test_adam_is_adam():
    generator = torch.Generator().manual_seed(0)
    mine, theirs = (torch.linspace(-1, 1, 37) for _ in range(2))
    mine.grad, theirs.grad = torch.zeros(37), torch.zeros(37)
    optimizers = compiled.adam(mine, 3e-3, 1e-8), plain.adam(theirs, 3e-3, 1e-8)
    for _ in range(50):
        gradient = torch.randn(37, generator=generator) * torch.logspace(-6, 1, 37)
        for tensor, optimizer in zip((mine, theirs), optimizers, strict=True):
            tensor.grad.copy_(gradient)
            optimizer.step()
    torch.testing.assert_close(mine, theirs, rtol=0, atol=2e-6)
    assert (mine - torch.linspace(-1, 1, 37)).abs().mean() > 1e-3


def test_which_kernels_serve_which_tensors():
    assert kernels_for(torch.zeros(1)) is compiled
    assert kernels_for(torch.zeros(1, dtype=torch.float64)) is plain


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch's compiler needs g++ on a CPU")
def test_the_kernels_of_a_gpu_equal_their_definition():
    # On the CPU here: the same functions through the same compiler, for another machine.
    fused = kernels.fused(torch.device("cpu"))
    assert fused is not plain
    for name in NAMES:
        for found, expected in zip(results(fused, name), results(plain, name), strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=5e-6)


def test_without_a_working_compiler_the_definition_serves(monkeypatch, caplog):
    def broken(function):
        def call(*_):
            raise RuntimeError("no C compiler")

        return call

    monkeypatch.setattr(torch, "compile", broken)
    assert kernels.fused.__wrapped__(torch.device("cpu")) is plain
    assert "no C compiler" in caplog.text


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@pytest.mark.parametrize("name", NAMES)
def test_on_a_gpu(name):
    tensors = [t.cuda() for t in arguments(name)]
    getattr(kernels_for(tensors[0]), name)(*tensors)
    if name == "first_gradient":
        tensors = tensors[:1] + tensors[2:]
    for found, expected in zip(tensors, results(plain, name), strict=True):
        torch.testing.assert_close(found.cpu(), expected, rtol=1e-4, atol=1e-5)
