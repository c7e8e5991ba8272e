"""Parts of given points: told from embeddings, by networks, and by the nearest training point.

A `Predictor` takes some shapes' ids, classes and points, and gives the global number of a part for
each point. A shape's parts depend on neither the other shapes nor their order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor, nn

from inr2vec_core.models.part_decoder import PartDecoder
from inr2vec_core.tasks.segmentation.iou import restricted_argmax
from inr2vec_core.tasks.segmentation.labeled_clouds import LabeledCloud, PartDataset
from inr2vec_core.tasks.segmentation.parts import Parts
from inr2vec_core.training.precision import autocast
from inr2vec_core.utils.seeding import numpy_stream

Predictor = Callable[[Sequence[str], Sequence[str], Sequence[np.ndarray]], list[np.ndarray]]

SHAPES = 64  # predicted at once, so many groups of a network's points also
QUERIES = 8192  # of a decoder at once


class DecoderPredictor:
    """Parts of any number of points of shapes, from their embeddings.

    Args:
        embeddings: (e,) by shape id.
        precision: "bfloat16" computes in mixed precision where the device has it.
    """

    def __init__(
        self,
        model: PartDecoder,
        parts: Parts,
        embeddings: Mapping[str, np.ndarray],
        device: torch.device,
        precision: str = "float32",
    ):
        self._model, self._parts, self._embeddings = model, parts, embeddings
        self._device, self._precision = device, precision

    @torch.no_grad()
    def __call__(
        self, shape_id: Sequence[str], class_name: Sequence[str], clouds: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """Ids and classes (b,), clouds (n, 3), n of any size -> parts, (n,) int64 each."""
        self._model.eval()
        out = []
        for name, of_class, cloud in zip(shape_id, class_name, clouds, strict=True):
            embedding, one_hot, allowed = (
                torch.from_numpy(row).to(self._device)[None]
                for row in (
                    self._embeddings[name],
                    self._parts.one_hot([of_class])[0],
                    self._parts.allowed([of_class])[0],
                )
            )
            predicted = []
            for some in torch.from_numpy(cloud).float().to(self._device).split(QUERIES):
                with autocast(self._device, self._precision):
                    logits = self._model(embedding, one_hot, some[None])
                predicted.append(restricted_argmax(logits, allowed)[0])
            out.append(torch.cat(predicted).cpu().numpy())
        return out


class NetworkPredictor:
    """Parts of all points of clouds, by a network that reads so many at once.

    A larger cloud is shuffled and cut into groups, the last filled up with points of the first.

    Args:
        model: points (b, n, 3) and classes (b, C) -> logits (b, n, P).
        points: so many at once.
        seed: of the groups, which depend on it and the shape alone.
        precision: "bfloat16" computes in mixed precision where the device has it.
    """

    def __init__(
        self,
        model: nn.Module,
        parts: Parts,
        points: int,
        seed: int,
        device: torch.device,
        precision: str = "float32",
    ):
        self._model, self._parts, self._points, self._seed = model, parts, points, seed
        self._device, self._precision = device, precision

    @torch.no_grad()
    def __call__(
        self, shape_id: Sequence[str], class_name: Sequence[str], clouds: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """Ids and classes (b,), clouds (n, 3), n of any size -> parts, (n,) int64 each."""
        self._model.eval()
        groups = [
            self._groups(name, len(cloud)) for name, cloud in zip(shape_id, clouds, strict=True)
        ]
        owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        read = np.concatenate([c[g] for c, g in zip(clouds, groups, strict=True)])
        classes = [class_name[i] for i in owner]
        columns = [read, self._parts.one_hot(classes), self._parts.allowed(classes)]
        predicted = np.concatenate([
            self._predict(*some)
            for some in zip(*(torch.from_numpy(c).split(SHAPES) for c in columns), strict=True)
        ])  # fmt: skip
        out = []
        for i, (cloud, group) in enumerate(zip(clouds, groups, strict=True)):
            n = len(cloud)  # what comes after the first n only fills the last group
            parts = np.empty(n, np.int64)
            parts[group.flatten()[:n]] = predicted[owner == i].flatten()[:n]
            out.append(parts)
        return out

    def _groups(self, shape_id: str, n: int) -> np.ndarray:
        """Rows of a cloud that are read together: (groups, points)."""
        order = numpy_stream(self._seed, "groups of points", shape_id).permutation(n)
        return np.resize(order, (-(-n // self._points), self._points))

    def _predict(self, points: Tensor, one_hot: Tensor, allowed: Tensor) -> np.ndarray:
        points, one_hot, allowed = (t.to(self._device) for t in (points.float(), one_hot, allowed))
        with autocast(self._device, self._precision):
            logits = self._model(points, one_hot)
        return restricted_argmax(logits, allowed).cpu().numpy()


class NearestTrainingPoint:
    """The part of the nearest point of all training clouds of the class: a lower bound."""

    def __init__(self, train: PartDataset):
        points: dict[str, list[np.ndarray]] = {}
        labels: dict[str, list[np.ndarray]] = {}
        for cloud in train.clouds():
            points.setdefault(cloud.class_name, []).append(cloud.points)
            labels.setdefault(cloud.class_name, []).append(cloud.labels)
        self._trees = {name: cKDTree(np.concatenate(some)) for name, some in points.items()}
        self._labels = {name: np.concatenate(some) for name, some in labels.items()}

    def __call__(
        self, shape_id: Sequence[str], class_name: Sequence[str], clouds: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """Classes (b,), clouds (n, 3), n of any size -> parts, (n,) int64 each."""
        return [
            self._labels[name][self._trees[name].query(cloud)[1]]
            for name, cloud in zip(class_name, clouds, strict=True)
        ]


def segmented(
    predict: Predictor, clouds: Iterable[LabeledCloud]
) -> Iterator[tuple[LabeledCloud, np.ndarray]]:
    """Clouds with the parts (n,) that are predicted of their points, some at a time."""
    waiting = iter(clouds)
    while some := list(islice(waiting, SHAPES)):
        columns = zip(*((c.shape_id, c.class_name, c.points) for c in some), strict=True)
        yield from zip(some, predict(*columns), strict=True)
