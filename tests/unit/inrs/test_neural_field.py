"""Fields of an INR and of an embedding, against autograd through the plain networks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import torch

from inr2vec_core.inrs.neural_field import InrField
from inr2vec_core.inrs.siren import evaluate
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.models.decoder_field import DecoderField
from inr2vec_core.models.implicit_decoder import ImplicitDecoder

SHAPE = SirenConfig(7, 3)


def udf(outputs):
    return (1 - torch.sigmoid(outputs)) * 0.1


def some_points(n, dtype=torch.float32):
    return torch.rand(n, 3, generator=torch.Generator().manual_seed(1), dtype=dtype) * 2 - 1


def some_weights(shape=SHAPE, dtype=torch.float32):
    generator = torch.Generator().manual_seed(0)
    return 0.3 * torch.randn(shape.n_parameters, generator=generator, dtype=dtype)


def a_decoder(dtype=torch.float32):
    torch.manual_seed(0)
    return ImplicitDecoder(6, 8, frequencies=3).to(dtype), torch.randn(6, dtype=dtype)


def by_autograd(outputs_at, to_values, points):
    points = points.clone().requires_grad_()
    values = to_values(outputs_at(points))
    return values.detach(), torch.autograd.grad(values.sum(), points)[0]


def inr(dtype=torch.float32, shape=SHAPE, to_values=udf, chunk=None):
    """A field and the function of points that it must agree with."""
    flat = some_weights(shape, dtype)
    field = InrField(flat, shape, to_values, chunk)
    return field, lambda p: evaluate(flat[None], p[None], shape)[0]


def decoded(dtype=torch.float32, to_values=udf, chunk=None):
    decoder, embedding = a_decoder(dtype)
    field = DecoderField(decoder, embedding, to_values, chunk)
    return field, lambda p: decoder(embedding[None], p[None])[0]


BOTH = pytest.mark.parametrize("make", [inr, decoded])


@pytest.fixture(params=[1, 2])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@BOTH
@pytest.mark.parametrize("chunk", [None, 1, 4, 10, 11])
def test_values_and_gradients_are_those_of_the_plain_network(make, chunk, threads):
    field, plain = make(torch.float64, chunk=chunk)
    points = some_points(10, torch.float64)
    values, gradients = by_autograd(plain, udf, points)
    torch.testing.assert_close(field(points), values)
    torch.testing.assert_close(field.value_and_gradient(points), (values, gradients))


@pytest.mark.parametrize("shape", [SirenConfig(7, 1), SirenConfig(1, 2), SirenConfig(16, 4, 5.0)])
def test_an_inr_of_any_depth_and_omega(shape):
    field, plain = inr(torch.float64, shape)
    points = some_points(6, torch.float64)
    expected = by_autograd(plain, udf, points)
    torch.testing.assert_close(field.value_and_gradient(points), expected)


def test_the_compiled_kernels_agree_in_single_precision():
    shape = SirenConfig(32, 4, omega=10.0)  # little enough for 32 bits to keep their digits
    exact, rounded = inr(torch.float64, shape)[1], inr(shape=shape)[1]
    field = inr(shape=shape)[0]
    points = some_points(50)
    expected = by_autograd(exact, udf, points.double())
    ours, plains = field.value_and_gradient(points), by_autograd(rounded, udf, points)
    for value, of_autograd, truth in zip(ours, plains, expected, strict=True):
        assert value.dtype == torch.float32
        error = (value - truth).abs().max() / truth.abs().max()
        assert error < 4 * (of_autograd - truth).abs().max() / truth.abs().max() + 1e-6
    torch.testing.assert_close(field(points), ours[0])


@BOTH
def test_the_chain_rule_reaches_what_values_mean(make):
    points = some_points(9, torch.float64)
    outputs, of_outputs = make(torch.float64, to_values=lambda o: 1 * o)[0].value_and_gradient(
        points
    )
    values, gradients = make(torch.float64, to_values=lambda o: o**3)[0].value_and_gradient(points)
    torch.testing.assert_close(values, outputs**3)
    torch.testing.assert_close(gradients, 3 * outputs[:, None] ** 2 * of_outputs)


@BOTH
def test_the_output_itself_may_be_the_value(make):
    field, plain = make(torch.float64, to_values=lambda o: o)
    points = some_points(9, torch.float64)
    expected = by_autograd(plain, lambda o: o, points)
    torch.testing.assert_close(field.value_and_gradient(points), expected)


@BOTH
def test_a_clipped_value_has_no_gradient(make):
    field, _ = make(to_values=lambda o: o.clamp(5, 6))
    values, gradients = field.value_and_gradient(some_points(4))
    assert values.tolist() == [5] * 4
    assert not gradients.any()


@BOTH
def test_no_points_have_no_values(make):
    field, _ = make()
    assert field(torch.empty(0, 3)).shape == (0,)
    values, gradients = field.value_and_gradient(torch.empty(0, 3))
    assert values.shape == (0,) and gradients.shape == (0, 3)


@BOTH
def test_points_may_lie_anyhow_in_memory_and_are_left_alone(make):
    field, _ = make()
    points = some_points(12)
    strided = points.T.contiguous().T
    torch.testing.assert_close(field.value_and_gradient(strided), field.value_and_gradient(points))
    assert torch.equal(points, some_points(12))


@BOTH
def test_a_field_is_used_with_gradients_on_or_off(make):
    points = some_points(5).requires_grad_()
    field, _ = make()
    with torch.no_grad():
        off = field(points), *field.value_and_gradient(points)
    for a, b in zip(off, (field(points), *field.value_and_gradient(points)), strict=True):
        assert torch.equal(a, b)
        assert not a.requires_grad and not b.requires_grad


def test_later_calls_are_not_changed_by_earlier_ones(threads):
    field, _ = inr(chunk=4)
    points = some_points(11)
    first = field(points), *field.value_and_gradient(points)
    field.value_and_gradient(some_points(11).flip(0))
    for a, b in zip(first, (field(points), *field.value_and_gradient(points)), strict=True):
        assert torch.equal(a, b)


def test_an_inrs_weights_are_left_alone():
    flat = some_weights()
    InrField(flat, SHAPE, udf).value_and_gradient(some_points(5))
    assert torch.equal(flat, some_weights())


def test_a_decoder_being_trained_stays_as_it_is(threads):
    decoder, embedding = a_decoder()
    parameters = list(decoder.parameters())
    before = [p.detach().clone() for p in parameters]
    field = DecoderField(decoder, embedding.requires_grad_(), udf, chunk=2)
    field.value_and_gradient(some_points(20))
    for p, now, old in zip(parameters, decoder.parameters(), before, strict=True):
        assert now is p and p.requires_grad and p.grad is None
        assert torch.equal(p, old)
    assert embedding.grad is None


def test_a_decoders_field_copies_no_parameters():
    decoder, embedding = a_decoder()
    field = DecoderField(decoder, embedding, lambda o: o)
    before = field(some_points(3))
    with torch.no_grad():
        decoder.last.bias += 2
    torch.testing.assert_close(field(some_points(3)), before + 2)


def test_fields_are_evaluated_in_other_threads():
    field, plain = inr(torch.float64, chunk=3)
    points = some_points(20, torch.float64)
    with ThreadPoolExecutor(1) as pool:
        values, gradients = pool.submit(field.value_and_gradient, points).result()
    expected = by_autograd(plain, udf, points)
    torch.testing.assert_close((values, gradients), expected)


@BOTH
def test_two_threads_share_the_chunks_but_no_buffers(make):
    both = Barrier(2, timeout=60)
    sizes = []

    def after_both_forward_passes(outputs):
        sizes.append(len(outputs))
        both.wait()
        return outputs * 1

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        field, plain = make(torch.float64, to_values=after_both_forward_passes, chunk=3)
    finally:
        torch.set_num_threads(before)
    points = some_points(11, torch.float64)
    ours = field.value_and_gradient(points)
    assert sorted(sizes) == [2, 3, 3, 3]
    torch.testing.assert_close(ours, by_autograd(plain, lambda o: o, points))


def test_an_error_of_a_chunk_is_raised(threads):
    def fails(outputs):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        inr(to_values=fails, chunk=2)[0](some_points(9))
