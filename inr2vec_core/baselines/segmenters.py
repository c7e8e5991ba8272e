"""The part segmentation networks by name."""

from collections.abc import Callable, Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import InputError
from .dgcnn import smoothing
from .dgcnn_parts import DGCNNParts
from .pointnet2_parts import PointNet2Parts
from .pointnet_parts import PointNetParts


class CloudSegmenter(nn.Module):
    """A network that tells the part of each point, with its loss.

    Args:
        network: clouds (b, n, 3), categories one-hot (b, classes) -> logits (b, n, parts) of the
            parts of all categories. Where it has a `penalty`, that of its last clouds is added to
            the loss.
        smoothing: of labels, as torch counts it: the share spread over all parts.
    """

    def __init__(self, network: nn.Module, smoothing: float = 0.0):
        super().__init__()
        self.network, self.smoothing = network, smoothing

    def forward(self, points: Tensor, one_hot: Tensor) -> Tensor:
        """(b, n, 3), (b, classes) -> logits (b, n, parts)."""
        return self.network(points, one_hot)

    def loss(self, points: Tensor, one_hot: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy over all parts, and the penalty; labels (b, n) int64: -> ()."""
        logits = self(points, one_hot).float().flatten(0, 1)
        cross_entropy = F.cross_entropy(logits, labels.flatten(), label_smoothing=self.smoothing)
        return cross_entropy + getattr(self.network, "penalty", 0.0)


SEGMENTERS: dict[str, Callable[[Mapping], CloudSegmenter]] = {
    "pointnet": lambda d: CloudSegmenter(PointNetParts(len(d["classes"]), d["parts"])),
    "pointnet2": lambda d: CloudSegmenter(PointNet2Parts(len(d["classes"]), d["parts"])),
    "dgcnn": lambda d: CloudSegmenter(
        DGCNNParts(len(d["classes"]), d["parts"], d["neighbours"]), smoothing(d["parts"])
    ),
}


def build_segmenter(description: Mapping) -> CloudSegmenter:
    """An untrained network.

    Args:
        description: `type` (a name of SEGMENTERS), `classes` (the categories' names), `parts` (how
            many there are of all categories), `points` of clouds, and `neighbours` in dgcnn's
            graphs.

    Raises:
        InputError: there is none of this name.
    """
    if description["type"] not in SEGMENTERS:
        raise InputError(
            f"no network {description['type']!r} for parts; there are {', '.join(SEGMENTERS)}"
        )
    return SEGMENTERS[description["type"]](description)
