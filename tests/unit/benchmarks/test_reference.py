"""The benchmark compares like with like: its plain implementation computes what ours does."""

import pytest
import reference
import torch
import torch.nn.functional as F

from inr2vec_core.encoders.inr2vec import Encoder as Inr2vecEncoder
from inr2vec_core.inrs.siren import evaluate, initial_weights, rows
from inr2vec_core.inrs.siren_batch import SirenBatch
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.models.implicit_decoder import ImplicitDecoder, JointLinear
from inr2vec_core.ops.losses import bce

SHAPE = SirenConfig(16, 4)


def weights(b, dtype=torch.float32):
    return torch.stack([torch.from_numpy(initial_weights(SHAPE, 0, i)) for i in range(b)]).to(dtype)


def test_the_plain_siren_is_ours():
    coords = torch.rand(3, 20, 3, dtype=torch.float64) * 2 - 1
    parameters = reference.stack_parameters(weights(3, torch.float64), 16, 4)
    expected = evaluate(weights(3, torch.float64), coords, SHAPE)
    torch.testing.assert_close(reference.siren(parameters, coords), expected)


def test_weights_after_steps_of_the_plain_fit_and_of_ours_are_close():
    # As many queries as are stored, all the same, so that every draw is the same.
    coords, labels = torch.rand(2, 1, 3).expand(-1, 8, -1), torch.full((2, 8), 0.7)
    parameters = reference.fit(weights(2), coords, labels, 16, 4, steps=20, queries=8, lr=1e-4)

    batch = SirenBatch(weights(2), SHAPE, 8)
    adam = batch.adam(1e-4)
    for _ in range(20):
        batch.step(coords.contiguous(), labels, bce)
        adam.step()
    expected = reference.stack_parameters(batch.flat(), 16, 4)
    for found, ours in zip(parameters, expected, strict=True):
        # Adam divides by the gradient's size, so rounding shows: half a step of the 20 there were.
        torch.testing.assert_close(found, ours, rtol=0, atol=5e-5)


def test_plain_and_our_encoder_agree_in_value_and_gradient():
    ours = Inr2vecEncoder(SHAPE, [12, 10], 6).double()
    plain = reference.PlainEncoder(16, [12, 10], 6).double()
    linear = [m for m in plain.layers if isinstance(m, torch.nn.Linear)]
    for mine, theirs in zip([*ours.layers, ours.last], linear, strict=True):
        theirs.load_state_dict(mine.state_dict())
    flat = weights(3, torch.float64)
    found, expected = plain(rows(flat, SHAPE)), ours(flat)
    torch.testing.assert_close(found, expected)
    found.square().sum().backward()
    expected.square().sum().backward()
    for mine, theirs in zip([*ours.layers, ours.last], linear, strict=True):
        torch.testing.assert_close(mine.weight.grad, theirs.weight.grad)


def test_plain_and_our_decoder_agree():
    ours, plain = ImplicitDecoder(5, 8, 10), reference.PlainDecoder(5, 8)
    layers = [ours.first, *ours.before, ours.skip, *ours.after, ours.last]
    linear = [m for m in plain.modules() if isinstance(m, torch.nn.Linear)]
    # Columns of the features: ours are x, all sines, all cosines; theirs x, then pairs.
    order = list(range(3)) + [
        3 + part * 30 + 3 * k + axis for k in range(10) for part in (0, 1) for axis in range(3)
    ]
    for mine, theirs in zip(layers, linear, strict=True):
        weight = mine.weight if not isinstance(mine, JointLinear) else (
            torch.cat([mine.of_embedding, mine.of_features[:, order]], 1)
        )  # fmt: skip
        theirs.load_state_dict({"weight": weight, "bias": mine.bias})
    embedding, coords = torch.randn(2, 5), torch.rand(2, 7, 3) * 2 - 1
    torch.testing.assert_close(plain(embedding, coords), ours(embedding, coords))


@pytest.mark.parametrize(("width", "queries"), [(64, 1024), (512, 10_000)])
def test_arithmetic_of_a_step_as_counted_by_torch(width, queries):
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        flat = torch.empty(1, SirenConfig(width, 4).n_parameters)
        parameters = reference.stack_parameters(flat, width, 4)
        with FlopCounterMode(display=False) as counter:
            outputs = reference.siren(parameters, torch.empty(1, queries, 3))
            F.binary_cross_entropy_with_logits(outputs, torch.empty(1, queries)).backward()
    assert counter.get_total_flops() == reference.flop_of_a_step(width, 4, queries)
