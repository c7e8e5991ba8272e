"""The 3D convolutional network on voxels."""

import pytest
import torch
from torch import nn

from inr2vec_core.baselines.conv3dnet import Conv3DNetEncoder, conv3dnet_head
from inr2vec_core.errors import InputError


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def some_grids(b, resolution):
    g = torch.Generator().manual_seed(0)
    return (torch.rand(b, resolution, resolution, resolution, generator=g) < 0.1).float()


def test_parameters_as_published_and_those_of_batchnorm():
    convolutions = 32 * 5**3 + 2 * 32 + 32 * 32 * 3**3 + 2 * 32
    linear = 32 * 6**3 * 128 + 2 * 128
    assert parameters(Conv3DNetEncoder(32)) == convolutions + linear
    assert parameters(conv3dnet_head(40)) == 128 * 40 + 40


def test_slope_and_dropout_are_the_published_ones():
    layers = list(Conv3DNetEncoder(32).modules())
    assert [m.p for m in layers if isinstance(m, nn.Dropout)] == [0.2, 0.3, 0.4]
    assert [m.negative_slope for m in layers if isinstance(m, nn.LeakyReLU)] == [0.1] * 3


@pytest.mark.parametrize(
    "resolution, convolutions, cells",
    [(11, 2, 1), (12, 2, 1), (34, 2, 6), (35, 3, 2), (48, 3, 4), (64, 3, 6), (96, 4, 4)],
)
def test_large_grids_are_pooled_until_six_cells_are_left(resolution, convolutions, cells):
    encoder = Conv3DNetEncoder(resolution).eval()
    assert sum(isinstance(m, nn.Conv3d) for m in encoder.modules()) == convolutions
    assert encoder.linear[0].in_features == 32 * cells**3
    with torch.no_grad():
        assert encoder(some_grids(1, resolution)).shape == (1, encoder.width)


@pytest.mark.parametrize("resolution", [4, 10])
def test_grids_too_coarse_to_pool_are_refused(resolution):
    with pytest.raises(InputError, match=rf"{resolution}\^3: raise .*voxels.resolution"):
        Conv3DNetEncoder(resolution)


@pytest.mark.parametrize(
    "voxel, features",
    [((10, 8, 10), (1, -0.1)), ((8, 8, 8), (1, -0.1)), ((9, 8, 10), (0, 0)), ((6, 8, 10), (0, 0))],
)
def test_a_network_that_passes_single_voxels_on(voxel, features):
    encoder = Conv3DNetEncoder(16).eval()  # 16 -> 6 -> 4 -> 2 cells
    first, second = (m for m in encoder.modules() if isinstance(m, nn.Conv3d))
    linear = encoder.linear[0]
    grid = torch.zeros(1, 16, 16, 16)
    grid[0][voxel] = 1
    with torch.no_grad():
        for layer in (first, second, linear):
            layer.weight.zero_()
        first.weight[5, 0, 2, 2, 2] = 1  # of each block of 5^3 its middle
        second.weight[7, 5, 1, 1, 1] = 1
        # Channel 7's last cell: the maximum of what lies at 8 and 10 along each axis.
        linear.weight[:2, 7 * 8 + 7] = torch.tensor([1.0, -1.0])
        expected = torch.tensor(features, dtype=torch.float32)
        torch.testing.assert_close(encoder(grid)[0, :2], expected, atol=1e-4, rtol=0)


def test_features_do_not_depend_on_the_rest_of_the_batch():
    torch.manual_seed(0)
    encoder, grids = Conv3DNetEncoder(16).eval(), some_grids(3, 16)
    with torch.no_grad():
        together, alone = encoder(grids), torch.cat([encoder(grid[None]) for grid in grids])
    torch.testing.assert_close(together, alone)
    assert (together[0] - together[1]).abs().max() > 1e-3


@pytest.mark.parametrize("resolution", [16, 40])
def test_every_layer_learns(resolution):
    torch.manual_seed(0)
    encoder, head = Conv3DNetEncoder(resolution), conv3dnet_head(3)
    nn.functional.cross_entropy(
        head(encoder(some_grids(3, resolution))), torch.arange(3)
    ).backward()
    for p in [*encoder.parameters(), *head.parameters()]:
        assert p.grad.abs().max() > 0
