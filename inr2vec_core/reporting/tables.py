"""Tidy tables of results: one row for each method, data set and metric."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.sealed import read_json

KEYS = ["method", "dataset", "inr", "metric"]
TRAINING = ["epochs", "n_points", "converged", "augmentation"]


def read_metrics(files: Iterable[str | Path], metrics: Sequence[str]) -> pd.DataFrame:
    """Collect metrics of methods, with mean and standard deviation over seeds.

    Args:
        files: JSON files with the keys dataset, inr, method and n_test, and some of `metrics` as
            shares in [0, 1]; of trained methods augmentation, and of networks also epochs,
            n_points and converged. The files of the seeds of one method differ in their values
            only.
        metrics: the metrics to collect.

    Returns:
        In the order of the files, the columns

        * method, dataset, inr, metric;
        * mean, std: over runs, in percent; std is of the sample, and empty for one run;
        * seeds: the number of runs, of all seeds and chains;
        * chains: the number of chains of init, INRs and encoder that they are of;
        * n: the number of test shapes;
        * epochs: of the training, empty where there was none;
        * n_points: the points of a cloud that a network reads, empty for other methods;
        * converged: whether every validation curve had converged, empty where there was none;
        * augmentation: "online", the number of copies of each training shape, or "none".
    """
    rows = []
    for file in files:
        values = read_json(file)
        rows += [
            {
                "dataset": values["dataset"],
                **{k: without_chain(values[k]) for k in ("method", "inr")},
                "chain": (values["method"], values["inr"]),
                "metric": metric,
                "value": 100 * values[metric],
                "n": values["n_test"],
                **{name: values.get(name) for name in TRAINING},
            }
            for metric in metrics
            if metric in values
        ]
    grouped = pd.DataFrame(rows).groupby(KEYS, sort=False)
    table = grouped.agg(
        mean=("value", "mean"),
        std=("value", "std"),
        seeds=("value", "size"),
        chains=("chain", "nunique"),
        n=("n", "first"),
        epochs=("epochs", "first"),
        n_points=("n_points", "first"),
        converged=("converged", "min"),
        augmentation=("augmentation", "first"),
    ).reset_index()
    return table.astype({"epochs": "Int64", "n_points": "Int64", "converged": "boolean"})


def without_chain(name: str) -> str:
    """The name of an entry, without the number of its chain: "few" of "few@1"."""
    return name.partition("@")[0]


def add_paper_values(
    table: pd.DataFrame, paper: pd.DataFrame, more_keys: Sequence[str] = ()
) -> pd.DataFrame:
    """Add the column `paper`: the published value of the same method, modality and data set.

    Args:
        table: a tidy table with the columns method, modality, dataset and metric.
        paper: the same columns, and value; or nothing at all, not even columns.
        more_keys: further columns that must agree.

    Returns:
        The table with the column `paper`, empty where the paper has no value.
    """
    if paper.empty:
        return table.assign(paper=float("nan"))
    keys = ["method", "modality", "dataset", "metric", *more_keys]
    return table.merge(paper[[*keys, "value"]].rename(columns={"value": "paper"}), "left", keys)


def reconstruction_rows(shapes: pd.DataFrame, by: str = "split") -> pd.DataFrame:
    """Average the metrics of reconstructed shapes.

    Args:
        shapes: a row for each shape, with the columns found (whether there is a surface), chamfer,
            f_score, stray (empty without a surface), watertight (empty unless it is a mesh), and
            `by`.
        by: the column to group by.

    Returns:
        The columns `by`, metric, mean, std (of the sample) and n (the number of shapes). "CD x1000"
        and "stray", a percentage of the points, are means over the shapes with a surface. The other
        metrics are percentages of all shapes: without a surface, the F-score is 0, and the shape is
        neither found nor watertight.
    """
    values = shapes.assign(
        **{"CD x1000": 1000 * shapes["chamfer"], "F-score": 100 * shapes["f_score"]},
        stray=100 * shapes["stray"].astype(float),
        found=100.0 * shapes["found"].astype(float),
        watertight=100 * shapes["watertight"].astype(float),
    )
    if values["watertight"].notna().any():
        values["watertight"] = values["watertight"].fillna(0)
    metrics = ["CD x1000", "F-score", "stray", "found", "watertight"]
    rows = values.melt([by], metrics, "metric", "value").dropna(subset="value")
    grouped = rows.groupby([by, "metric"], sort=False)["value"]
    return grouped.agg(mean="mean", std="std", n="size").reset_index()


def mapping_rows(shapes: pd.DataFrame) -> pd.DataFrame:
    """Average the metrics of mapped shapes by class, and over all shapes (class "all").

    Args:
        shapes: as for `reconstruction_rows`, with the column class.

    Returns:
        The columns class, metric, mean, std and n, as `reconstruction_rows`.
    """
    return reconstruction_rows(pd.concat([shapes, shapes.assign(**{"class": "all"})]), "class")


def generation_rows(draws: pd.DataFrame) -> pd.DataFrame:
    """Average the metrics of sets of generated shapes over draws.

    Args:
        draws: a row for each class and draw, with the columns class, draw, n (the number of
            shapes), and one for each metric.

    Returns:
        The columns class ("all" is the mean over classes), metric, mean and std (of the sample)
        over draws, draws (the number of draws) and n (the shapes of each draw).
    """
    metrics = [name for name in draws if name not in ("class", "draw", "n")]
    aggregations = {**dict.fromkeys(metrics, "mean"), "n": "sum"}
    over_classes = draws.groupby("draw", sort=False).agg(aggregations).reset_index()
    both = pd.concat([draws, over_classes.assign(**{"class": "all"})])
    rows = both.melt(["class", "draw", "n"], metrics, "metric", "value")
    grouped = rows.groupby(["class", "metric"], sort=False)
    return grouped.agg(
        mean=("value", "mean"), std=("value", "std"), draws=("value", "size"), n=("n", "first")
    ).reset_index()


def write_table(
    table: pd.DataFrame, csv: str | Path, markdown: str | Path, text: str, number_format: str
) -> None:
    """Write a table as CSV and as Markdown.

    Args:
        table: the tidy table.
        csv: the CSV file to write.
        markdown: the Markdown file to write.
        text: the content of the Markdown file.
        number_format: the format of numbers in the CSV file, such as "%.2f".
    """
    with atomic(csv) as path:
        table.to_csv(path, index=False, float_format=number_format)
    with atomic(markdown) as path:
        path.write_text(text, encoding="utf-8")
