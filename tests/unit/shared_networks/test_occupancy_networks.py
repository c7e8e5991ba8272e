"""OccupancyNetworks: its blocks against plain computations, and how it starts."""

import pytest
import torch
import torch.nn.functional as F

from inr2vec_core.shared_networks._base import ShapeBatch
from inr2vec_core.shared_networks.occupancy_networks import (
    ConditionalBatchNorm,
    Network,
    PointBlock,
)


@pytest.fixture
def norm():
    torch.manual_seed(0)
    made = ConditionalBatchNorm(3, 4)
    for p in made.parameters():
        torch.nn.init.normal_(p)
    return made


def test_conditional_batch_norm_is_what_it_says(norm):
    x, codes = torch.randn(2, 5, 4) * 3 + 1, torch.randn(2, 3)
    found = norm.train()(x, codes)
    rows = x.reshape(-1, 4)
    mean, variance = rows.mean(0), rows.var(0, unbiased=False)
    for shape in range(2):
        scale = norm.scale.weight @ codes[shape] + norm.scale.bias
        shift = norm.shift.weight @ codes[shape] + norm.shift.bias
        for query in range(5):
            normal = (x[shape, query] - mean) / (variance + 1e-5).sqrt()
            torch.testing.assert_close(found[shape, query], scale * normal + shift)
    # In evaluation by the running figures, which one step has moved by a tenth.
    evaluated = norm.eval()(x[:1], codes[:1])[0, 0]
    running = 0.9 + 0.1 * rows.var(0)
    normal = (x[0, 0] - 0.1 * mean) / (running + 1e-5).sqrt()
    expected = (norm.scale(codes[0])) * normal + norm.shift(codes[0])
    torch.testing.assert_close(evaluated, expected)


def test_a_block_multiplies_what_points_share_once_and_gives_the_same():
    torch.manual_seed(0)
    block = PointBlock(6)
    torch.nn.init.normal_(block.outer.weight)
    x = torch.randn(2, 9, 6)
    pooled = x.amax(1, keepdim=True)
    both = torch.cat([x, pooled.expand_as(x)], 2)
    plain = F.linear(both, block.shortcut.weight) + block.outer(F.relu(block.inner(F.relu(both))))
    torch.testing.assert_close(block(x, pooled), plain)
    torch.testing.assert_close(block.of_points(both), plain)


def test_at_the_start_no_block_adds_anything_and_no_code_matters():
    torch.manual_seed(0)
    network = Network(0, 5, 8, 8, points=6).eval()
    coords = torch.rand(1, 7, 3)
    logits = [network(torch.randn(1, 5), coords) for _ in range(2)]
    torch.testing.assert_close(*logits)
    decoder = network.decoder
    bare = decoder.first(coords) + sum(block.layers[1].bias for block in decoder.blocks)
    normal = bare / (1 + 1e-5) ** 0.5
    torch.testing.assert_close(logits[0], decoder.last(normal.relu()).squeeze(-1))


def test_a_code_does_not_depend_on_the_order_of_points_and_has_no_noise():
    torch.manual_seed(0)
    network = Network(0, 5, 8, 8, points=6, noise=1.0).eval()
    points = torch.randn(2, 6, 3)
    empty = torch.empty(2, 0, 3), torch.empty(2, 0)
    codes = network.represent(ShapeBatch(*empty, points))
    torch.testing.assert_close(network.represent(ShapeBatch(*empty, points.flip(1))), codes)
    assert network.queries_to_represent(100) == 0
