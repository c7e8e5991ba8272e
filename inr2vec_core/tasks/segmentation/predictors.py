"""Predictors of parts: from embeddings, by networks, and from the nearest training point.

A `Predictor` maps the ids (b,), classes (b,) and clouds (n, 3) of b shapes, n of any size, to the
global number of a part for each point, (n,) int64 for each cloud. The parts of a shape depend
neither on the other shapes nor on their order.
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

SHAPES = 64  # shapes, or groups of points, that a network reads at once
QUERIES = 8192  # points that a decoder reads at once


class DecoderPredictor:
    """Predict the parts of any points of shapes from their embeddings.

    Args:
        model: the part decoder.
        parts: the parts that it predicts.
        embeddings: shape id -> (e,) float32.
        device: the device to predict on.
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
        """Predict parts, as a `Predictor`."""
        self._model.eval()
        out = []
        for name, shape_class, cloud in zip(shape_id, class_name, clouds, strict=True):
            embedding, one_hot, allowed = (
                torch.from_numpy(row).to(self._device)[None]
                for row in (
                    self._embeddings[name],
                    self._parts.one_hot([shape_class])[0],
                    self._parts.allowed([shape_class])[0],
                )
            )
            predicted = []
            for points in torch.from_numpy(cloud).float().to(self._device).split(QUERIES):
                with autocast(self._device, self._precision):
                    logits = self._model(embedding, one_hot, points[None])
                predicted.append(restricted_argmax(logits, allowed)[0])
            out.append(torch.cat(predicted).cpu().numpy())
        return out


class NetworkPredictor:
    """Predict the parts of all points of clouds by a network that reads a fixed number of them.

    A larger cloud is shuffled and cut into groups; the last is filled with points of the first.

    Args:
        model: points (b, n_points, 3) and classes (b, C) -> logits (b, n_points, P).
        parts: the parts that it predicts.
        n_points: the number of points that the network reads.
        seed: the seed of the groups, which depend on it and on the shape alone.
        device: the device to predict on.
        precision: "bfloat16" computes in mixed precision where the device has it.
    """

    def __init__(
        self,
        model: nn.Module,
        parts: Parts,
        n_points: int,
        seed: int,
        device: torch.device,
        precision: str = "float32",
    ):
        self._model, self._parts, self._n_points, self._seed = model, parts, n_points, seed
        self._device, self._precision = device, precision

    @torch.no_grad()
    def __call__(
        self, shape_id: Sequence[str], class_name: Sequence[str], clouds: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """Predict parts, as a `Predictor`."""
        self._model.eval()
        groups = [
            self._groups(name, len(cloud)) for name, cloud in zip(shape_id, clouds, strict=True)
        ]
        shape_of_group = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        points = np.concatenate([c[g] for c, g in zip(clouds, groups, strict=True)])
        classes = [class_name[i] for i in shape_of_group]
        columns = [points, self._parts.one_hot(classes), self._parts.allowed(classes)]
        predicted = np.concatenate([
            self._predict(*batch)
            for batch in zip(*(torch.from_numpy(c).split(SHAPES) for c in columns), strict=True)
        ])  # fmt: skip
        out = []
        for i, (cloud, group) in enumerate(zip(clouds, groups, strict=True)):
            n = len(cloud)  # further points only fill the last group
            parts = np.empty(n, np.int64)
            parts[group.flatten()[:n]] = predicted[shape_of_group == i].flatten()[:n]
            out.append(parts)
        return out

    def _groups(self, shape_id: str, n: int) -> np.ndarray:
        """The rows of a cloud that are read together: (groups, n_points)."""
        order = numpy_stream(self._seed, "groups of points", shape_id).permutation(n)
        return np.resize(order, (-(-n // self._n_points), self._n_points))

    def _predict(self, points: Tensor, one_hot: Tensor, allowed: Tensor) -> np.ndarray:
        points, one_hot, allowed = (t.to(self._device) for t in (points.float(), one_hot, allowed))
        with autocast(self._device, self._precision):
            logits = self._model(points, one_hot)
        return restricted_argmax(logits, allowed).cpu().numpy()


class NearestTrainingPoint:
    """The part of the nearest point of all training clouds of the class: a lower bound.

    Args:
        train: the training clouds.
    """

    def __init__(self, train: PartDataset):
        points: dict[str, list[np.ndarray]] = {}
        labels: dict[str, list[np.ndarray]] = {}
        for cloud in train.clouds():
            points.setdefault(cloud.class_name, []).append(cloud.points)
            labels.setdefault(cloud.class_name, []).append(cloud.labels)
        self._trees = {name: cKDTree(np.concatenate(arrays)) for name, arrays in points.items()}
        self._labels = {name: np.concatenate(arrays) for name, arrays in labels.items()}

    def __call__(
        self, shape_id: Sequence[str], class_name: Sequence[str], clouds: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """Predict parts, as a `Predictor`."""
        return [
            self._labels[name][self._trees[name].query(cloud)[1]]
            for name, cloud in zip(class_name, clouds, strict=True)
        ]


def predict_parts(
    predict: Predictor, clouds: Iterable[LabeledCloud]
) -> Iterator[tuple[LabeledCloud, np.ndarray]]:
    """Predict the parts of clouds, in batches.

    Args:
        predict: the predictor.
        clouds: the clouds, whose labels are not read.

    Yields:
        Each cloud, and (n,) the predicted numbers of parts.
    """
    remaining = iter(clouds)
    while batch := list(islice(remaining, SHAPES)):
        columns = zip(*((c.shape_id, c.class_name, c.points) for c in batch), strict=True)
        yield from zip(batch, predict(*columns), strict=True)
