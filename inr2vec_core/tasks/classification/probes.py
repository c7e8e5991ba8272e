"""What simple methods can tell, and what they read: plain weights, embeddings, proportions."""

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

CHUNK = 1024
REGULARISATIONS = (1e-2, 1e-1, 1.0, 10.0, 100.0)


def probe_weights(data: ShardedShapes, components: int) -> tuple[EmbeddingSet, np.ndarray, float]:
    """Logistic regression on principal components of the flat INR weights.

    The components come from the training split, in one streaming pass; they are divided by
    their common scale, not one by one. The regularisation is picked on the validation split.

    Returns:
        The data, class scores of the test split (n_test, classes), and the C picked.

    Raises:
        InputError: there is only one class, or no validation shape.
    """
    labelled = EmbeddingSet.of(data.shape_id, data.class_name, data.split)
    train, test = (np.flatnonzero(labelled.split == split) for split in ("train", "test"))
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
    model = _logistic_regression(x, labelled)
    return labelled, _scores(model, x[test], labelled), float(model.C)


def standardised_weights(data: ShardedShapes) -> EmbeddingSet:
    """All INRs' weights as what a classifier reads, standardised by the training split's.

    Sorted by shape, as embeddings are; all of them in memory, n x n_parameters float32.
    """
    order = np.argsort(np.array(data.shape_id))
    names = [np.array(column)[order] for column in (data.shape_id, data.class_name, data.split)]
    x = data.read(order, ["weights"])["weights"]
    mean, scale = mean_and_scale(torch.from_numpy(x[names[2] == "train"]))
    x -= mean.numpy()
    x /= scale.numpy()
    return EmbeddingSet.of(*names, x)


def probe_embeddings(data: EmbeddingSet) -> float:
    """Share of test shapes that logistic regression on standardised embeddings tells right.

    Raises:
        InputError: there is only one class, or no validation shape.
    """
    train, test = (data.split == split for split in ("train", "test"))
    x = (data.x - data.x[train].mean(0)) / data.x[train].std(0).clip(1e-12)
    return float(_logistic_regression(x, data).score(x[test], data.labels[test]))


def _logistic_regression(x: np.ndarray, data: EmbeddingSet) -> LogisticRegression:
    """Trained on the training split, its regularisation picked on the validation split."""
    train, val = (data.split == split for split in ("train", "val"))
    known = len(set(data.labels[train]))
    if known < 2 or not val.any():
        raise InputError(
            f"{known} class(es) to train on and {val.sum()} validation shapes: a linear probe "
            "needs at least 2 and 1; leave the data set out of this table"
        )
    best: tuple[float, LogisticRegression] | None = None
    for c in track(REGULARISATIONS, "logistic regression", unit="fit"):
        model = LogisticRegression(C=c, max_iter=2000).fit(x[train], data.labels[train])
        score = model.score(x[val], data.labels[val])
        if best is None or score > best[0]:
            best = score, model
    return best[1]


def _chunks(index: np.ndarray, at_least: int) -> Iterator[np.ndarray]:
    """Rows in chunks of about CHUNK, none below what one step of the PCA needs."""
    size = max(CHUNK, at_least)
    yield from np.array_split(index, max(1, len(index) // size))


def probe_bounding_boxes(
    data: ShardedShapes, trees: int, seed: int
) -> tuple[EmbeddingSet, np.ndarray]:
    """A random forest on the six bounds of each normalised shape.

    Returns:
        The data and class scores of the test split (n_test, classes).
    """
    labelled = EmbeddingSet.of(data.shape_id, data.class_name, data.split)
    boxes = np.array([
        shape.bounds()
        for chunk in _chunks(np.arange(len(data)), 1)
        for shape in data.read(chunk, ["shapes"])["shapes"]
    ])  # fmt: skip
    train, test = labelled.split == "train", labelled.split == "test"
    forest = RandomForestClassifier(trees, random_state=seed)
    forest.fit(boxes[train], labelled.labels[train])
    return labelled, _scores(forest, boxes[test], labelled)


def _scores(model, x: np.ndarray, labelled: EmbeddingSet) -> np.ndarray:
    """Class scores in the numbering of all classes; 0 for one that training had no shape of."""
    scores = np.zeros((len(x), len(labelled.classes)))
    scores[:, model.classes_] = model.predict_proba(x)
    return scores
