"""What the folders and their cards tell: the data, the init, the scores, the versions."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from inr2vec_core import __version__
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.reporting.tables import read_metrics, reconstruction_rows
from inr2vec_core.shapes.splits import SPLITS


@dataclass(frozen=True)
class DataSet:
    """A data set of shapes.

    Attributes:
        name: its entry in the config.
        title: its name in tables.
        reader: the layout that it was read from.
        license: as the user states it, an identifier of the hub or other words; "" if not stated.
        classes: names of the classes, sorted.
        shapes: the number of shapes of each split, copies left out.
        copies: the number of augmented copies.
    """

    name: str
    title: str
    reader: str
    license: str
    classes: list[str]
    shapes: Mapping[str, int]
    copies: int

    @classmethod
    def of(
        cls, manifest: pd.DataFrame, name: str, title: str, reader: str, license: str
    ) -> "DataSet":
        """The data set of a manifest, as `shapes.manifest.read_manifest` gives it."""
        own = manifest[manifest["augmentation"] == 0]
        counts = own["split"].value_counts()
        shapes = {split: int(counts[split]) for split in SPLITS if split in counts}
        classes = sorted(set(own["class"]))
        return cls(name, title, reader, license, classes, shapes, len(manifest) - len(own))


@dataclass(frozen=True)
class Metric:
    """A measured score.

    Attributes:
        task: "classification", "retrieval" or "reconstruction".
        name: what tables call it.
        unit: "%" or "".
        value: the value, a mean over runs if there are several.
        std: the standard deviation over runs; None for one run.
        runs: how many there are.
        n: the number of shapes.
        split: their split.
        command: what made it.
    """

    task: str
    name: str
    unit: str
    value: float
    std: float | None
    runs: int
    n: int
    split: str
    command: str

    def describe(self) -> dict:
        """The metric as JSON can hold it."""
        return asdict(self)


def score_metrics(
    task: str, files: Sequence[str | Path], names: Sequence[str], command: str
) -> list[Metric]:
    """Scores of test shapes in percent, over the seeds of the files.

    Args:
        task: as of `Metric`.
        files: as `reporting.tables.read_metrics` reads them; there may be none.
        names: the metrics in them.
        command: what made them.
    """
    if not files:
        return []
    return [
        Metric(task, row.metric, "%", round(row.mean, 2),
               None if np.isnan(row.std) else round(row.std, 2), int(row.seeds), int(row.n),
               "test", command)
        for row in read_metrics(files, names).itertuples()
    ]  # fmt: skip


def decoded_metrics(shapes: pd.DataFrame, command: str) -> list[Metric]:
    """How near shapes that are decoded from embeddings come to their originals.

    Args:
        shapes: as `reporting.tables.reconstruction_rows` takes them. Of several splits the test
            split counts.
        command: what made them.
    """
    rows = reconstruction_rows(shapes)
    split = "test" if "test" in set(rows["split"]) else rows["split"].iloc[0]
    units = {"CD x1000": "", "F-score": "%"}
    return [
        Metric("reconstruction", row.metric, units[row.metric], float(f"{row.mean:.4g}"), None, 1,
               int(row.n), split, command)
        for row in rows[rows["split"] == split].itertuples()
        if row.metric in units
    ]  # fmt: skip


def describe_init(init: SharedInit) -> dict:
    """Which initial weights INRs start from, and what a fit begins with, as JSON can hold it."""
    steps = {"sgd_steps": init.sgd_steps, "queries": init.queries}
    return {"id": init.id, "learned": init.rates is not None, **steps}


def versions() -> dict[str, str]:
    """The versions of what writes a folder."""
    return {"inr2vec": __version__, "torch": torch.__version__, "python": platform.python_version()}
