"""Probes: simple classifiers of plain weights, of embeddings and of bounding boxes."""

from collections.abc import Iterator

import numpy as np
import torch
from sklearn.decomposition import IncrementalPCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from inr2vec_core.encoders._weight_stats import mean_and_scale
from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.utils.progress import track

CHUNK = 1024  # rows that are read at once
REGULARIZATIONS = (1e-2, 1e-1, 1.0, 10.0, 100.0)


def probe_weights(data: ShardedShapes, components: int) -> tuple[EmbeddingSet, np.ndarray, float]:
    """Classify INR weights by logistic regression on their principal components.

    The components are those of the training split, from one streaming pass. They are divided by
    one common scale. The regularization is chosen on the validation split.

    Args:
        data: INRs of all splits.
        components: the number of components, if there are that many training shapes.

    Returns:
        The shapes and their classes, the class scores of the test split (n_test, classes), and the
        inverse regularization C.

    Raises:
        InputError: there is only one class, or no validation shape.
    """
    shapes = EmbeddingSet.of(data.shape_id, data.class_name, data.split)
    train, test = (np.flatnonzero(shapes.split == split) for split in ("train", "test"))
    pca = IncrementalPCA(min(components, len(train) - 1))
    for chunk in track(list(_chunks(train, pca.n_components)), "PCA of weights", unit="chunk"):
        pca.partial_fit(data.read(chunk, ["weights"])["weights"])
    x = np.concatenate(
        [
            pca.transform(data.read(chunk, ["weights"])["weights"])
            for chunk in _chunks(np.arange(len(data)), 1)
        ]
    )
    x /= x[train].std()
    model = _logistic_regression(x, shapes)
    return shapes, _scores(model, x[test], shapes), float(model.C)


def standardized_weights(data: ShardedShapes) -> EmbeddingSet:
    """Read all INR weights as inputs of a classifier, standardized by those of the training split.

    All of them are held in memory.

    Args:
        data: INRs of all splits.

    Returns:
        The weights (n, n_parameters) float32 in place of embeddings, sorted by shape id.
    """
    order = np.argsort(np.array(data.shape_id))
    names = [np.array(column)[order] for column in (data.shape_id, data.class_name, data.split)]
    x = data.read(order, ["weights"])["weights"]
    mean, scale = mean_and_scale(torch.from_numpy(x[names[2] == "train"]))
    x -= mean.numpy()
    x /= scale.numpy()
    return EmbeddingSet.of(*names, x)


def probe_embeddings(data: EmbeddingSet) -> float:
    """Classify standardized embeddings by logistic regression.

    Args:
        data: embeddings of all splits.

    Returns:
        The accuracy on the test split, in [0, 1].

    Raises:
        InputError: there is only one class, or no validation shape.
    """
    train, test = (data.split == split for split in ("train", "test"))
    x = (data.x - data.x[train].mean(0)) / data.x[train].std(0).clip(1e-12)
    return float(_logistic_regression(x, data).score(x[test], data.labels[test]))


def _logistic_regression(x: np.ndarray, data: EmbeddingSet) -> LogisticRegression:
    """Train on the training split; choose the regularization on the validation split."""
    train, val = (data.split == split for split in ("train", "val"))
    n_classes = len(set(data.labels[train]))
    if n_classes < 2 or not val.any():
        raise InputError(
            f"{n_classes} class(es) to train on and {val.sum()} validation shapes: a linear probe "
            "needs at least 2 and 1; leave the data set out of this table"
        )
    best: tuple[float, LogisticRegression] | None = None
    for c in track(REGULARIZATIONS, "logistic regression", unit="fit"):
        model = LogisticRegression(C=c, max_iter=2000).fit(x[train], data.labels[train])
        score = model.score(x[val], data.labels[val])
        if best is None or score > best[0]:
            best = score, model
    return best[1]


def _chunks(index: np.ndarray, min_rows: int) -> Iterator[np.ndarray]:
    """Rows in chunks of about CHUNK, none below what one step of the PCA needs."""
    size = max(CHUNK, min_rows)
    yield from np.array_split(index, max(1, len(index) // size))


def probe_bounding_boxes(
    data: ShardedShapes, trees: int, seed: int
) -> tuple[EmbeddingSet, np.ndarray]:
    """Classify the six bounds of each normalized shape by a random forest.

    Args:
        data: shapes of all splits.
        trees: the number of trees.
        seed: the seed of the forest.

    Returns:
        The shapes and their classes, and the class scores of the test split (n_test, classes).
    """
    shapes = EmbeddingSet.of(data.shape_id, data.class_name, data.split)
    boxes = np.array([
        shape.bounds()
        for chunk in _chunks(np.arange(len(data)), 1)
        for shape in data.read(chunk, ["shapes"])["shapes"]
    ])  # fmt: skip
    train, test = shapes.split == "train", shapes.split == "test"
    forest = RandomForestClassifier(trees, random_state=seed)
    forest.fit(boxes[train], shapes.labels[train])
    return shapes, _scores(forest, boxes[test], shapes)


def _scores(model, x: np.ndarray, shapes: EmbeddingSet) -> np.ndarray:
    """Class scores in the numbering of all classes; 0 for a class without training shapes."""
    scores = np.zeros((len(x), len(shapes.classes)))
    scores[:, model.classes_] = model.predict_proba(x)
    return scores
