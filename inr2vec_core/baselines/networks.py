"""The baselines by name: what each reads, and the classifier it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import InputError
from .conv3dnet import Conv3DNetEncoder, conv3dnet_head
from .dgcnn import DGCNNEncoder, dgcnn_head, smoothing
from .inputs import CloudInput, VoxelInput
from .meshwalker import MeshWalkerEncoder, meshwalker_head
from .point_autoencoder import PointAutoencoder
from .pointnet import PointNetEncoder, pointnet_head
from .pointnet2 import PointNet2Encoder, pointnet2_head
from .walks import WalkInput


class ShapeClassifier(nn.Module):
    """A network with its classifier.

    Args:
        encoder: views (b, ...) -> (b, width). Where it has a `penalty`, that of its last
            views is added to the loss.
        head: (b, width) -> logits (b, classes).
        smoothing: of labels, as torch counts it: the share spread over all classes.
    """

    def __init__(self, encoder: nn.Module, head: nn.Module, smoothing: float = 0.0):
        super().__init__()
        self.encoder, self.head, self.smoothing = encoder, head, smoothing

    def forward(self, views: Tensor) -> Tensor:
        """Views (b, ...) -> logits (b, classes)."""
        return self.head(self.encoder(views))

    def loss(self, views: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy, and the encoder's penalty: -> ()."""
        logits = self(views).float()
        cross_entropy = F.cross_entropy(logits, labels, label_smoothing=self.smoothing)
        return cross_entropy + getattr(self.encoder, "penalty", 0.0)


@dataclass(frozen=True)
class Baseline:
    """How a published network is built from a description.

    Attributes:
        encoder, head: see `ShapeClassifier`; both take the description, `head` the number of
            classes after it.
        inputs: what it reads of a shape.
        smoothing: of labels, given the number of classes.
    """

    encoder: Callable[[Mapping], nn.Module]
    head: Callable[[Mapping, int], nn.Module]
    inputs: Callable[[Mapping], object]
    smoothing: Callable[[int], float] = lambda classes: 0.0


def _points(description: Mapping) -> CloudInput:
    return CloudInput(description["points"])


BASELINES = {
    "pointnet": Baseline(
        lambda d: PointNetEncoder(), lambda d, classes: pointnet_head(classes), _points
    ),
    "pointnet2": Baseline(
        lambda d: PointNet2Encoder(), lambda d, classes: pointnet2_head(classes), _points
    ),
    "dgcnn": Baseline(
        lambda d: DGCNNEncoder(d["neighbours"]),
        lambda d, classes: dgcnn_head(classes),
        _points,
        smoothing,
    ),
    "conv3dnet": Baseline(
        lambda d: Conv3DNetEncoder(d["resolution"]),
        lambda d, classes: conv3dnet_head(classes),
        lambda d: VoxelInput(),
    ),
    "meshwalker": Baseline(
        lambda d: MeshWalkerEncoder(d["state"]),
        lambda d, classes: meshwalker_head(d["state"] // 2, classes),
        lambda d: WalkInput(d["steps"], d["walks"], d["cell"]),
    ),
}


def build_classifier(description: Mapping) -> ShapeClassifier:
    """An untrained classifier.

    Args:
        description: `type` (a name of BASELINES), `classes` (their names), and what the type
            needs: `points` of clouds; `neighbours` in dgcnn's graphs; `resolution` of voxels; of
            meshwalker `state`, and `steps`, `walks` and `cell` as `WalkInput` has them.
    """
    baseline = baseline_of(description)
    classes = len(description["classes"])
    return ShapeClassifier(
        baseline.encoder(description),
        baseline.head(description, classes),
        baseline.smoothing(classes),
    )


def build_autoencoder(description: Mapping) -> PointAutoencoder:
    """An untrained auto-encoder of clouds.

    Args:
        description: as for `build_classifier`, with the `embedding`'s length for the classes.
    """
    encoder = baseline_of(description).encoder(description)
    return PointAutoencoder(encoder, description["embedding"], description["points"])


def baseline_of(description: Mapping) -> Baseline:
    """The baseline of a description.

    Raises:
        InputError: there is none of this name.
    """
    if description["type"] not in BASELINES:
        raise InputError(f"no network {description['type']!r}; there are {', '.join(BASELINES)}")
    return BASELINES[description["type"]]
