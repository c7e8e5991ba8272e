"""A 3D convolutional network on voxels (Maturana, Scherer: VoxNet, IROS 2015).

Published, for grids of 32^3: the sizes of all layers, leaky ReLU of slope 0.1 and the dropout.
Not published: BatchNorm; and that grids of more than 34^3 are pooled further, by blocks of the
second convolution's kind, so that the linear layer never reads more than 6^3 cells.
"""

from torch import Tensor, nn

from inr2vec_core.baselines.baseline import Baseline
from inr2vec_core.baselines.inputs import VoxelInput
from inr2vec_core.errors import InputError
from inr2vec_core.ops.layers.mlp import activation, shared_mlp

CHANNELS = 32
SLOPE = 0.1
MIN_RESOLUTION = 11  # a coarser grid has no cells left after the second convolution and pooling
MAX_CELLS = 6  # along each axis, that the linear layer reads


class Conv3DNetEncoder(nn.Module):
    """Grids to a global feature: occupancies (b, R, R, R) float32 -> (b, 128).

    Args:
        resolution: R, voxels along each axis.

    Raises:
        InputError: the grids are too coarse.
    """

    width = 128

    def __init__(self, resolution: int):
        super().__init__()
        if resolution < MIN_RESOLUTION:
            raise InputError(
                f"the 3D network takes grids of {MIN_RESOLUTION}^3 voxels or more and these have "
                f"{resolution}^3: raise the data set's voxels.resolution"
            )
        layers = [*_convolution(1, 5, stride=2), nn.Dropout(0.2), *_pooled(), nn.Dropout(0.3)]
        cells = _cells_pooled((resolution - 5) // 2 + 1)
        while cells > MAX_CELLS:
            layers += _pooled()
            cells = _cells_pooled(cells)
        self.grids = nn.Sequential(*layers, nn.Flatten())
        self.linear = nn.Sequential(
            *shared_mlp([CHANNELS * cells**3, self.width], SLOPE), nn.Dropout(0.4)
        )

    def forward(self, grids: Tensor) -> Tensor:
        return self.linear(self.grids(grids.unsqueeze(1)))


def conv3dnet_head(classes: int) -> nn.Linear:
    """(b, 128) -> logits (b, classes)."""
    return nn.Linear(Conv3DNetEncoder.width, classes)


def _convolution(channels: int, size: int, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv3d(channels, CHANNELS, size, stride, bias=False),
        nn.BatchNorm3d(CHANNELS),
        activation(SLOPE),
    ]


def _pooled() -> list[nn.Module]:
    return [*_convolution(CHANNELS, 3), nn.MaxPool3d(2)]


def _cells_pooled(cells: int) -> int:
    """Cells along an axis after `_pooled`."""
    return (cells - 2) // 2


BASELINE = Baseline(
    encoder=lambda description: Conv3DNetEncoder(description["resolution"]),
    head=lambda description, classes: conv3dnet_head(classes),
    inputs=lambda description: VoxelInput(),
)
