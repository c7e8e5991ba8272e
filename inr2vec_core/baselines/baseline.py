"""What every specialized network describes of itself, and the classifiers and segmenters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.baselines.inputs import NetworkInput


@dataclass(frozen=True)
class Baseline:
    """How a published network is built from a description.

    A description has the key `type`, and what the network needs: of its config entry and of the
    data set, such as `points`, `resolution` or `classes`.

    Attributes:
        encoder: description -> network from views (b, ...) to features (b, width).
        head: description, number of classes -> classifier from (b, width) to (b, classes).
        inputs: description -> what the network reads of a shape.
        smoothing: number of classes or parts -> label smoothing, as torch counts it.
        segmenter: description -> part segmentation network, as `CloudSegmenter` takes it; None
            where none was published.
    """

    encoder: Callable[[Mapping], nn.Module]
    head: Callable[[Mapping, int], nn.Module]
    inputs: Callable[[Mapping], NetworkInput]
    smoothing: Callable[[int], float] = lambda classes: 0.0
    segmenter: Callable[[Mapping], nn.Module] | None = None


class ShapeClassifier(nn.Module):
    """A network with its classifier.

    Args:
        encoder: views (b, ...) -> (b, width). If it has a `penalty`, that of its last views is
            added to the loss.
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
        """Cross-entropy plus the encoder's penalty: (b, ...), (b,) int64 -> ()."""
        logits = self(views).float()
        cross_entropy = F.cross_entropy(logits, labels, label_smoothing=self.smoothing)
        return cross_entropy + getattr(self.encoder, "penalty", 0.0)


class CloudSegmenter(nn.Module):
    """A network that predicts the part of each point, with its loss.

    Args:
        network: clouds (b, n, 3), categories one-hot (b, classes) -> logits (b, n, parts) of the
            parts of all categories. If it has a `penalty`, that of its last clouds is added to
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
        """Cross-entropy over all parts plus the network's penalty; labels (b, n) int64: -> ()."""
        logits = self(points, one_hot).float().flatten(0, 1)
        cross_entropy = F.cross_entropy(logits, labels.flatten(), label_smoothing=self.smoothing)
        return cross_entropy + getattr(self.network, "penalty", 0.0)
