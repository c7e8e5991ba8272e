"""What the precision of fitting does to INRs: loss, reconstructed shapes, what weights tell.

    python benchmarks/fit_precision.py                  # the demo's three modalities at 64 x 4
    python benchmarks/fit_precision.py --cases modelnet10 --modelnet10 FOLDER
    python benchmarks/fit_precision.py --cases paper    # ten clouds at 512 x 4, the paper's steps

Every precision fits the same shapes on the same queries. Another draw of the queries' order, with
products in float32, says what noise is. Fits are evaluated in float32.
"""

import argparse
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd
import torch
from sklearn.decomposition import PCA

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.inrs.fit_many import fit_many
from inr2vec_core.inrs.fitting import FitSettings
from inr2vec_core.inrs.neural_field import InrField
from inr2vec_core.inrs.precision import FIT_PRECISIONS, fit_precision
from inr2vec_core.inrs.siren import evaluate, initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.modalities import modality
from inr2vec_core.reconstruction.evaluate import reconstruction_metrics
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.tasks.classification.probes import probe_embeddings
from inr2vec_core.utils.seeding import derive_seed, numpy_stream, torch_stream

SMALL_SIREN = SirenConfig(64, 4)
SEED, CPU = 0, torch.device("cpu")


@dataclass(frozen=True)
class Case:
    """Shapes, their queries and how they are fitted.

    Attributes:
        siren: sizes of the INRs.
        fit: how they are fitted.
        shapes: what is made of the shapes.
        queries: how queries are spread.
        per_shape: stored queries of each shape.
        dataset: what `ShapeDataset` is given.
        limit: the number of shapes; None for all.
        size: of reconstructed shapes, as `Modality.reconstruct` takes it.
        reconstructed: the number of test shapes that are reconstructed.
    """

    fit: FitSettings
    shapes: ShapeSettings
    queries: QuerySampling
    siren: SirenConfig = SMALL_SIREN
    per_shape: int = 20_000
    dataset: dict = field(default_factory=lambda: {"reader": "procedural", "counts": (40, 8, 20)})
    limit: int | None = None
    size: int = 2048
    reconstructed: int = 60


SMALL = partial(FitSettings, steps=300, queries=512, lr=3e-4)
CASES = {
    "clouds": Case(
        SMALL(), ShapeSettings(), QuerySampling((0.0, 0.003, 0.01, 0.1), (40, 40, 60, 60), 40)
    ),
    "meshes": Case(
        SMALL(field="sdf"), ShapeSettings("sdf"),
        QuerySampling((0.0, 0.01, 0.05, 0.1), (20, 20, 60, 80), 60), size=64,
    ),
    "voxels": Case(
        SMALL(field="occ"), ShapeSettings("occ", resolution=32), QuerySampling(near=0.5), size=32
    ),
    "modelnet10": Case(
        FitSettings(steps=500, queries=1024, lr=3e-4), ShapeSettings(points=1024),
        QuerySampling((0.0, 0.003, 0.01, 0.1), (30, 30, 50, 60), 100), per_shape=40_000,
        dataset={"reader": "modelnet_h5"}, limit=800, size=1024,
    ),
    "paper": Case(
        FitSettings(), ShapeSettings(), QuerySampling(), SirenConfig(512, 4), 600_000,
        {"reader": "procedural", "counts": (1, 1, 1)}, limit=10, reconstructed=10,
    ),
}  # fmt: skip


@dataclass
class Data:
    """The shapes of a case: their ids, classes, splits, geometry and stored queries."""

    ids: list[str]
    classes: list[str]
    splits: list[str]
    shapes: list
    stored: torch.Tensor


def load(case: Case) -> Data:
    """Prepare the shapes of a case and sample their queries."""
    dataset = ShapeDataset(seed=SEED, limit=case.limit, **case.dataset)
    made = prepare_shapes(dataset.read(dataset.catalog().records), case.shapes, 0, SEED)
    target, ids = modality(case.fit.field), made.columns["shape_id"]
    stored = np.stack([
        target.sample_queries(shape, case.per_shape, case.queries, numpy_stream(SEED, "queries", i))
        for i, shape in zip(ids, made.shapes, strict=True)
    ])  # fmt: skip
    columns = (made.columns[name] for name in ("class", "split"))
    return Data(ids, *columns, made.shapes, torch.from_numpy(stored))


def measure(case: Case, data: Data, precision: str, draw: int, threads: int) -> dict:
    """Fit all shapes, and measure what comes out.

    Args:
        case: how to fit.
        data: the shapes.
        precision: of the products, as `FitSettings` takes it.
        draw: number of the queries' order.
        threads: threads that fit.
    """
    settings = FitSettings(**{**vars(case.fit), "precision": precision})
    initial = torch.from_numpy(initial_weights(case.siren, SEED))
    n, length = data.stored.shape[:2]
    offsets = torch.tensor([derive_seed(SEED, "offset", draw, i) % length for i in data.ids])
    started = time.perf_counter()
    fitted = fit_many(
        lambda rows: (initial.repeat(rows.stop - rows.start, 1), data.stored[rows], offsets[rows]),
        n, case.siren, settings, CPU, threads=threads,
    )  # fmt: skip
    weights = torch.stack([flat for _, flat, _ in fitted])
    seconds = time.perf_counter() - started
    row = {"ms an INR and step": 1e3 * seconds * threads / n / settings.steps}
    return row | {"loss": loss_of(case, data, weights)} | quality(case, data, weights)


def loss_of(case: Case, data: Data, weights: torch.Tensor) -> float:
    """The mean loss on every tenth stored query, in float32."""
    loss = modality(case.fit.field).loss_and_gradient(case.fit.loss)
    total = 0.0
    for flat, stored in zip(weights, data.stored, strict=True):
        coords, labels = dequantize(stored[None, ::10])
        total += float(loss(evaluate(flat[None], coords, case.siren), labels)[0])
    return total / len(weights)


def quality(case: Case, data: Data, weights: torch.Tensor) -> dict:
    """Reconstructed test shapes against their originals, and the probe on weights."""
    target = modality(case.fit.field)
    test = [i for i, split in enumerate(data.splits) if split == "test"] or range(len(data.ids))
    rows = []
    for i in list(test)[:: max(1, len(test) // case.reconstructed)][: case.reconstructed]:
        values = partial(target.values, loss=case.fit.loss)
        inr, name = InrField(weights[i], case.siren, values), data.ids[i]
        found = target.try_reconstruct(inr, case.size, torch_stream(SEED, name), label=name)
        rows.append(reconstruction_metrics(data.shapes[i], found, 10_000, numpy_stream(SEED, name)))
    means = pd.DataFrame(rows).mean(numeric_only=True)
    figures = {
        "Chamfer x 1000": 1e3 * means["chamfer"],
        "F-score": 100 * means["f_score"],
        "stray points %": 100 * means["stray"],
    }
    if {"train", "val", "test"} <= set(data.splits) and len(data.ids) > 100:
        x = PCA(128, random_state=0).fit_transform(weights.numpy())
        named = EmbeddingSet.of(data.ids, data.classes, data.splits, x)
        figures["weights probe %"] = 100 * probe_embeddings(named)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES)[:3])
    parser.add_argument("--precisions", nargs="+", choices=FIT_PRECISIONS[1:],
                        default=list(FIT_PRECISIONS[1:]))  # fmt: skip
    parser.add_argument("--draws", type=int, default=2, help="orders of the queries")
    parser.add_argument("--limit", type=int, help="the number of shapes")
    parser.add_argument("--modelnet10", type=Path, help="folder of ModelNet10's clouds")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    for name in options.cases:
        case = CASES[name]
        if options.limit:
            case = Case(**{**vars(case), "limit": options.limit})
        if name == "modelnet10":
            case.dataset["root"] = str(options.modelnet10)
        data, rows = load(case), []
        for draw in range(options.draws):
            for precision in options.precisions:
                if fit_precision(precision, CPU) != precision:
                    continue  # this processor has no fast bfloat16
                figures = measure(case, data, precision, draw, options.threads)
                rows.append({"precision": precision, "draw": draw} | figures)
                print(name, rows[-1], flush=True)
        print(f"\n{name}, {len(data.ids)} INRs of {case.siren.width} x {case.siren.depth}")
        print(pd.DataFrame(rows).to_markdown(index=False, floatfmt=".5g"), flush=True)


if __name__ == "__main__":
    main()
