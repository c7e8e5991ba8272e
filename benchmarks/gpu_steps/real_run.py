"""Step 5: from raw clouds to accuracy at the paper's size, as much of it as the time holds."""

import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from gpu_steps.context import Case, Context, Row
from gpu_steps.fits import DEPTH
from gpu_steps.measure import set_precision
from gpu_steps.packed import Clouds, made_clouds, read_packed
from gpu_steps.sampler import process_pool, sample_ahead
from gpu_steps.sizes import PAPER_TRAINING, TINY_TRAINING
from inr2vec_core.encoders.inr2vec import Encoder as Inr2vecEncoder
from inr2vec_core.geometry.frames import normalize
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.inrs.fit_many import choose_batching, fit_many
from inr2vec_core.inrs.fitting import FitSettings
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.modalities import modality
from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.models.inr2vec import Inr2vec, embed
from inr2vec_core.tasks.autoencoding.task import Inr2vecSettings, Inr2vecTask
from inr2vec_core.tasks.classification.task import ClassifierSettings, accuracy, classify
from inr2vec_core.training.trainer import TrainSettings, train

FIT_SHARE, TRAIN_SHARE = 0.5, 0.75  # of the time that is left before each


@dataclass(frozen=True)
class Sizes:
    """How large the run is.

    Attributes:
        training: as in `sizes.py`.
        fit: of each INR. stored: its queries. most: INRs at most.
        classifier: of embeddings.
        most_epochs: of inr2vec's training.
    """

    training: dict
    fit: FitSettings
    stored: int
    most: int
    classifier: ClassifierSettings
    most_epochs: int


PAPER = Sizes(
    PAPER_TRAINING, FitSettings(), 600_000, 100_000,
    ClassifierSettings((512, 256), 0.5, 256, True, 150, 1e-4, 1e-2), 300,
)  # fmt: skip
TINY = Sizes(
    TINY_TRAINING, FitSettings(steps=20, queries=64, lr=1e-3), 256, 20,
    ClassifierSettings((16,), 0.0, 8, True, 10, 1e-2, 1e-2), 2,
)  # fmt: skip


def cases(context: Context) -> Iterator[Case]:
    """The one run, whose stages are its rows."""
    precision = "TF32"
    yield Case({"precision": precision}, lambda: _run(context, precision), 0.0)


def _run(context: Context, precision: str) -> Iterator[Row]:
    set_precision(precision)
    sizes = TINY if context.tiny else PAPER
    clouds = read_packed(context.data) if context.data else made_clouds(5)
    yield {"stage": "data", "from": "packed" if context.data else "made", "shapes": len(clouds)}
    clouds = clouds.in_turns()
    with process_pool(context.threads) as pool:
        weights, row = _fit(context, sizes, clouds, pool)
    yield row
    clouds = clouds.where(np.arange(len(weights)))
    model = _model(sizes.training)
    yield _train(context, sizes, clouds, weights, model)
    embeddings, row = _embed(context, model, weights)
    yield row
    yield _classify(context, sizes, clouds, embeddings)


def _fit(context: Context, sizes: Sizes, clouds: Clouds, pool) -> tuple[torch.Tensor, Row]:
    """Weights (n, n_parameters) of the first clouds, as many as the share of the time holds."""
    shape = SirenConfig(sizes.training["width"], DEPTH)
    at_once = choose_batching(shape, sizes.fit.queries, context.device).at_once
    initial = torch.from_numpy(initial_weights(shape, 0))
    most = min(sizes.most, len(clouds))

    def fitting(n: int, settings: FitSettings) -> Iterator[tuple[int, torch.Tensor, torch.Tensor]]:
        drawn = sample_ahead(pool, clouds.points[:n], sizes.stored, 2 * at_once)

        def load(rows: slice):
            stored = np.stack([next(drawn) for _ in range(n)[rows]])
            offsets = torch.zeros(len(stored), dtype=torch.long)
            return initial.expand(len(stored), -1), torch.from_numpy(stored), offsets

        return fit_many(load, n, shape, settings, context.device, threads=context.threads)

    # Starts the processes and compiles, so that the first group's time is a group's.
    deque(fitting(min(at_once, most), replace(sizes.fit, steps=2)), maxlen=0)
    budget = context.left() * FIT_SHARE
    started = time.monotonic()
    found, ended = [], started
    fitted = fitting(most, sizes.fit)
    for number, weights, _ in fitted:
        found.append(weights)
        if (number + 1) % at_once == 0:
            group, ended = time.monotonic() - ended, time.monotonic()
            # Another group would end too late; one more may be under way and is given up.
            if ended + group > started + budget:
                break
    fitted.close()
    seconds = time.monotonic() - started
    return torch.stack(found), {
        "stage": "fit, sampling beside", "shapes": len(found), "steps": sizes.fit.steps,
        "at once": at_once, "seconds": seconds, "a second": len(found) / seconds,
    }  # fmt: skip


def _model(sizes: dict) -> Inr2vec:
    torch.manual_seed(0)
    shape = SirenConfig(sizes["width"], DEPTH)
    return Inr2vec(
        Inr2vecEncoder(shape, sizes["hidden"], sizes["embedding"]),
        ImplicitDecoder(sizes["embedding"], sizes["decoder"]),
        shape,
        modality("udf"),
    )


def _train(
    context: Context, sizes: Sizes, clouds: Clouds, weights: torch.Tensor, model: Inr2vec
) -> Row:
    """Train inr2vec for as many epochs as the share of the time holds."""
    settings = Inr2vecSettings(
        sizes.training["batch"], sizes.training["queries"],
        validation_shapes=1 if context.tiny else 20,
        validation_points=64 if context.tiny else 1024,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        inrs, shapes = Path(folder, "inrs.h5"), Path(folder, "shapes.h5")
        identity = {
            "shape_id": _names(clouds),
            "class": [clouds.classes[k] for k in clouds.labels],
            "split": clouds.split.tolist(),
        }
        placed = [CloudShape(normalize(points)) for points in clouds.points]
        write_shard(inrs, identity | {"weights": weights.numpy()})
        write_shard(shapes, identity | shape_columns(placed, CloudShape))
        task = Inr2vecTask(
            model, [inrs], [shapes], QuerySampling(), settings, 0, context.device, context.threads
        )
        pace = _pace(task)
        budget = context.left() * TRAIN_SHARE
        epochs = max(1, min(sizes.most_epochs, int(budget / (pace * task.steps_per_epoch))))
        started = time.monotonic()
        result = train(task, TrainSettings(epochs, validate_every=epochs), 0)
    seconds = time.monotonic() - started
    return {
        "stage": "train inr2vec", "shapes": len(task.data), "epochs": epochs,
        "steps": epochs * task.steps_per_epoch, "seconds": seconds,
        "a second": epochs * task.steps_per_epoch / seconds,
        "loss": result.history[-1]["loss"], "validation Chamfer": result.best_score,
    }  # fmt: skip


def _pace(task: Inr2vecTask) -> float:
    """Seconds of a step, queries included, after the first ones; nothing is learned."""
    task.model.train()
    times, started = [], time.monotonic()
    for _, batch in zip(range(12), task.batches(0), strict=False):
        task.loss(batch).backward()
        float(next(task.model.parameters()).grad.sum())  # waits for the device
        times.append(time.monotonic() - started)
        started = time.monotonic()
    return float(np.median(times[len(times) // 3 :]))


def _names(clouds: Clouds) -> list[str]:
    return [f"{number:05d}" for number in range(len(clouds))]


def _embed(context: Context, model: Inr2vec, weights: torch.Tensor) -> tuple[np.ndarray, Row]:
    started = time.monotonic()
    parts = [embed(model.encoder, some.to(context.device)).cpu() for some in weights.split(64)]
    seconds = time.monotonic() - started
    row = {"stage": "embed", "shapes": len(weights), "seconds": seconds}
    return torch.cat(parts).numpy(), row | {"a second": len(weights) / seconds}


def _classify(context: Context, sizes: Sizes, clouds: Clouds, embeddings: np.ndarray) -> Row:
    started = time.monotonic()
    names = [clouds.classes[k] for k in clouds.labels]
    data = EmbeddingSet.of(_names(clouds), names, clouds.split, embeddings)
    scores, result = classify(data, sizes.classifier, 0, context.device)
    labels = data.labels[data.split == "test"]
    return {
        "stage": "classify", "shapes": len(labels), "epochs": sizes.classifier.epochs,
        "seconds": time.monotonic() - started, "validation accuracy": result.best_score,
        "test accuracy": accuracy(torch.from_numpy(scores), torch.from_numpy(labels)),
        "commonest class": float(np.bincount(labels).max() / len(labels)),
    }  # fmt: skip
