"""The baselines by name: what each reads, and the classifier it is.

The part segmentation networks by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.baselines.autoencoder import PointAutoencoder
from inr2vec_core.baselines.conv3dnet import Conv3DNetEncoder, conv3dnet_head
from inr2vec_core.baselines.dgcnn import DGCNNEncoder, DGCNNParts, dgcnn_head, smoothing
from inr2vec_core.baselines.inputs import CloudInput, VoxelInput
from inr2vec_core.baselines.mesh_walks import WalkInput
from inr2vec_core.baselines.meshwalker import MeshWalkerEncoder, meshwalker_head
from inr2vec_core.baselines.pointnet import PointNetEncoder, PointNetParts, pointnet_head
from inr2vec_core.baselines.pointnet2 import PointNet2Encoder, PointNet2Parts, pointnet2_head
from inr2vec_core.errors import InputError


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
