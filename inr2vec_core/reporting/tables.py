"""Tidy tables of results: one row per method, data set and metric, the paper's figure beside."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from inr2vec_core.io.atomic import atomic

KEYS = ["method", "dataset", "inr", "metric"]


def read_metrics(files: Iterable[str | Path], metrics: Sequence[str]) -> pd.DataFrame:
    """Mean and standard deviation over seeds of the named metrics, in percent.

    Args:
        files: JSON files with `dataset`, `inr`, `method`, `n_test`, and some of `metrics` as
            shares in [0, 1]; `seed` where there are several.

    Returns:
        Columns method, dataset, inr, metric, mean, std (of the sample; empty for one seed),
        seeds (how many) and n (test shapes), in the order of the files; of networks also
        epochs, points (that they read of a cloud), and converged: whether every validation curve
        had converged.
    """
    values = []
    for file in files:
        found = json.loads(Path(file).read_text())
        values += [
            {
                **{k: found[k] for k in ("method", "dataset", "inr")},
                "metric": metric,
                "value": 100 * found[metric],
                "n": found["n_test"],
                **{name: found.get(name) for name in ("epochs", "points", "converged")},
            }
            for metric in metrics
            if metric in found
        ]
    grouped = pd.DataFrame(values).groupby(KEYS, sort=False)
    table = grouped.agg(
        mean=("value", "mean"), std=("value", "std"), seeds=("value", "size"), n=("n", "first"),
        epochs=("epochs", "first"), points=("points", "first"), converged=("converged", "min"),
    ).reset_index()  # fmt: skip
    return table.astype({"epochs": "Int64", "points": "Int64", "converged": "boolean"})


def reconstruction_rows(shapes: pd.DataFrame, by: str = "split") -> pd.DataFrame:
    """Figures of rebuilt shapes by split or another column, from those of each shape.

    Args:
        shapes: split, found (a surface was), chamfer, f_score, and watertight of meshes.

    Returns:
        Columns split (`by`), metric, mean, std (of the sample), n. "CD x1000" is the mean over
        shapes that were found; a shape that was not has an F-score of 0, and counts in "found"
        and "watertight". All but the first are percent.
    """
    values = shapes.assign(
        **{"CD x1000": 1000 * shapes["chamfer"], "F-score": 100 * shapes["f_score"]},
        found=100.0 * shapes["found"].astype(float),
        watertight=100 * shapes["watertight"].astype(float),
    )
    if values["watertight"].notna().any():
        values["watertight"] = values["watertight"].fillna(0)
    metrics = ["CD x1000", "F-score", "found", "watertight"]
    rows = values.melt([by], metrics, "metric", "value").dropna(subset="value")
    grouped = rows.groupby([by, "metric"], sort=False)["value"]
    return grouped.agg(mean="mean", std="std", n="size").reset_index()


def with_paper_figures(
    table: pd.DataFrame, paper: pd.DataFrame, more: Sequence[str] = ()
) -> pd.DataFrame:
    """Add the column `paper`, the published figure of the same method, modality and data set.

    Args:
        more: further columns that must agree.
    """
    keys = ["method", "modality", "dataset", "metric", *more]
    return table.merge(paper[[*keys, "value"]].rename(columns={"value": "paper"}), "left", keys)


def write_table(
    table: pd.DataFrame, csv: str | Path, markdown: str | Path, text: str, digits: str
) -> None:
    """Writes a table as CSV, its numbers by the format `digits`, and `text`, its Markdown."""
    with atomic(csv) as path:
        table.to_csv(path, index=False, float_format=digits)
    with atomic(markdown) as path:
        path.write_text(text)


_NOTES = {
    "weights_probe": "weights_probe is logistic regression on plain INR weights.",
    "weights_network": "weights_network is the classifier of embeddings, on plain INR weights.",
    "bounding_box": "bounding_box is a random forest on six numbers.",
}


def method_notes(methods: Iterable[str]) -> str:
    """What those of the methods are that no entry of the config describes, for a table's note."""
    return "".join(f" {text}" for name, text in _NOTES.items() if name in set(methods))


def in_paper_layout(table: pd.DataFrame) -> str:
    """Markdown: a row per method and metric, a column per data set, the paper's in brackets."""
    shown = table.assign(column=table["modality"] + ": " + table["dataset"] + " (" + table["inr"]
                         + ")", cell=[_cell(row) for row in table.itertuples()],
                         method=[_named(row) for row in table.itertuples()])  # fmt: skip
    wide = shown.pivot(index=["metric", "method"], columns="column", values="cell")
    order = shown[["metric", "method"]].drop_duplicates()
    wide = wide.reindex(pd.MultiIndex.from_frame(order)).fillna("–")[shown["column"].unique()]
    note = (
        "Mean ± standard deviation over seeds of the classifier or network; the paper's figure in "
        "brackets." + method_notes(table["method"]) + convergence_note(table)
    )
    return markdown(["metric (%)", "method", *wide.columns], wide, note)


def convergence_marker(row) -> str:
    """The star of a row whose column `converged` says that a validation curve still rose."""
    return "*" if pd.notna(row.converged) and not row.converged else ""


def convergence_note(table: pd.DataFrame) -> str:
    """What the star means, for the note of a table whose column `converged` asks for one."""
    if table["converged"].fillna(True).all():
        return ""
    return " *: the validation curve still rose over the last quarter of the epochs."


def pivot_metrics(shown: pd.DataFrame, order: pd.DataFrame) -> pd.DataFrame:
    """The texts in `cell`: a column each metric, the rows in `order`, whose columns are keys."""
    wide = shown.pivot(index=list(order), columns="metric", values="cell")
    wide = wide.reindex(pd.MultiIndex.from_frame(order)).fillna("–")
    return wide[[metric for metric in shown["metric"].unique() if metric in wide]]


def markdown(names: Sequence[str], wide: pd.DataFrame, note: str) -> str:
    """A table of text with a header of these names, its index first in each row, and a note."""
    rows = [[*key, *row] for key, row in zip(wide.index, wide.to_numpy(), strict=True)]
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in [names, *rows]]
    return "\n".join([lines[0], "|" + "---|" * len(names), *lines[1:], "", note, ""])


def _named(row) -> str:
    """A method with how it was trained."""
    if pd.isna(row.epochs):
        return row.method
    told = [f"{row.seeds} seed{'s' if row.seeds > 1 else ''}", f"{row.epochs} epochs"]
    told += [f"{row.points} points"] if pd.notna(row.points) else []
    return f"{row.method} ({', '.join(told)})"


def _cell(row) -> str:
    spread = f" ± {row.std:.1f}" if row.std == row.std else ""
    paper = f" ({row.paper:.1f})" if row.paper == row.paper else ""
    return f"{row.mean:.1f}{convergence_marker(row)}{spread}{paper}"


def reconstruction_in_columns(table: pd.DataFrame) -> str:
    """Markdown: a row per data set, split and method, a column per metric, the paper's in brackets.

    Args:
        table: tidy; see `reconstruction_rows`.
    """
    shown = table.assign(cell=[
        f"{row.mean:.3g}" + (f" ({row.paper:g})" if row.paper == row.paper else "")
        for row in table.itertuples()
    ])  # fmt: skip
    keys = ["modality", "dataset", "inr", "split", "n", "method"]
    # "n" differs where a shape was not found: the larger one is how many were tried.
    shown["n"] = shown.groupby([k for k in keys if k != "n"])["n"].transform("max")
    ranks = {
        k: {value: n for n, value in enumerate(shown[k].unique())}
        for k in ("modality", "dataset", "method")
    }
    ranks["split"] = {"train": 0, "val": 1, "test": 2}
    order = shown[keys].drop_duplicates()
    order = order.sort_values(
        ["modality", "dataset", "inr", "split", "method"],
        key=lambda column: column.map(ranks[column.name]) if column.name in ranks else column,
    )
    wide = pivot_metrics(shown, order)
    note = (
        "Against the original, in units of its sphere: CD x1000 is the Chamfer distance (mean "
        "squared nearest distance, both ways) of the shapes that have a surface; F-score at "
        "0.01, found and watertight in percent of all n shapes. floor: what a perfect INR would "
        "reach (meshes: two samples of the original's own surface). inr: rebuilt from the INR; "
        "others: from the embedding by that encoder's decoder. The paper's figures in brackets."
    )
    return markdown([*keys, *wide.columns], wide, note)


def generation_rows(draws: pd.DataFrame) -> pd.DataFrame:
    """Figures of sets of generated shapes by class, and their means over classes.

    Args:
        draws: class, draw, n (shapes), and a column each metric; one row a class and draw.

    Returns:
        Columns class ("all": the mean over classes), metric, mean and std (of the sample) over
        draws, draws (how many), n (shapes of each draw).
    """
    metrics = [name for name in draws if name not in ("class", "draw", "n")]
    values = {**dict.fromkeys(metrics, "mean"), "n": "sum"}
    over_classes = draws.groupby("draw", sort=False).agg(values).reset_index()
    parts = [draws, over_classes.assign(**{"class": "all"})]
    rows = pd.concat(parts).melt(["class", "draw", "n"], metrics, "metric", "value")
    grouped = rows.groupby(["class", "metric"], sort=False)
    return grouped.agg(
        mean=("value", "mean"), std=("value", "std"), draws=("value", "size"), n=("n", "first")
    ).reset_index()


def generation_in_columns(table: pd.DataFrame) -> str:
    """Markdown of generated shapes: a row per data set, class and method, a column per metric."""
    cells = [
        f"{row.mean:.3g}" + (f" ± {row.std:.2g}" if row.std == row.std else "")
        for row in table.itertuples()
    ]
    keys = ["dataset", "inr", "encoder", "class", "method"]
    order = table[keys].drop_duplicates().sort_values(keys[:4], kind="stable")
    wide = pivot_metrics(table.assign(cell=cells), order)
    note = (
        "Against the test shapes of the class, as clouds: minimum matching distance (lower is "
        "better), coverage (%, higher), 1-nearest-neighbour accuracy (%, 50 is best) by Chamfer "
        "and earth mover's distance, Jensen-Shannon divergence of occupancy (lower), and how many "
        "have a surface (%). Mean ± standard deviation over draws. training_shapes are real; "
        "decoded_test are the test shapes' own embeddings, decoded, which tells what encoder and "
        "decoder leave of them; gaussian samples have the mean and covariance of the class's "
        "embeddings."
    )
    return markdown([*keys, *wide.columns], wide, note)


def mapping_rows(shapes: pd.DataFrame) -> pd.DataFrame:
    """Figures of mapped shapes by class, and of "all"; otherwise as `reconstruction_rows`."""
    return reconstruction_rows(pd.concat([shapes, shapes.assign(**{"class": "all"})]), "class")


def mappings_in_columns(table: pd.DataFrame) -> str:
    """Markdown of mapped shapes: a row per mapping, class and method, a column per metric."""
    shown = table.assign(cell=[f"{row.mean:.3g}" for row in table.itertuples()])
    keys = ["mapping", "source", "target", "frame", "class", "method"]
    order = shown[keys].drop_duplicates().sort_values(keys[:5], kind="stable")
    wide = pivot_metrics(shown, order)
    note = (
        "Against the true shape of the target, in units of its sphere: CD x1000 is the Chamfer "
        "distance (mean squared nearest distance, both ways) of the shapes that have a surface; "
        "F-score at 0.01, found and watertight in percent. input: the source itself; transfer: the "
        "mapped embedding, decoded; decoded_target: the target's own embedding, decoded, which "
        "tells what its encoder and decoder leave of the shape. In frames of their own (frame: "
        "own) distances say little."
    )
    return markdown([*keys, *wide.columns], wide, note)


def parts_in_columns(table: pd.DataFrame) -> str:
    """Markdown of part segmentation: a row per data set and method, a column per metric."""
    shown = table.assign(
        cell=[_cell(row) for row in table.itertuples()],
        method=[_named(row) for row in table.itertuples()],
    )
    keys = ["dataset", "inr", "method"]
    wide = pivot_metrics(shown, shown[keys].drop_duplicates())
    note = (
        "IoU in percent, of the parts of each shape's class; a part that is in neither prediction "
        "nor truth counts 1. Instance mIoU averages shapes, class mIoU classes. Mean ± standard "
        "deviation over seeds; the paper's figure in brackets. nearest_point (the label of the "
        "nearest point of all training shapes of the class) is a lower bound."
    ) + convergence_note(table)
    return markdown(["data set", "inr", "method", *wide.columns], wide, note)


def times_in_columns(table: pd.DataFrame) -> str:
    """Markdown: a row per method, a column per number of points, the paper's in brackets.

    Args:
        table: method, dataset, inr, points, rebuilt (from the INR, and that time counted),
            seconds, paper.
    """
    shown = table.assign(
        method=table["method"] + table["rebuilt"].map({True: " *", False: ""}),
        cell=[
            f"{row.seconds:.3g}" + (f" ({row.paper:g})" if row.paper == row.paper else "")
            for row in table.itertuples()
        ],
    )
    wide = shown.pivot(index=["dataset", "inr", "method"], columns="points", values="cell")
    wide = wide.reindex(pd.MultiIndex.from_frame(shown[wide.index.names].drop_duplicates()))
    names = ["data set", "inr", "method", *(f"{n} points" for n in wide.columns)]
    note = (
        f"Seconds to classify one shape (batch 1, medians) on {', '.join(table['device'].unique())}"
        ". *: with rebuilding the cloud from its INR. The paper's figures (RTX 3090) in brackets."
    )
    return markdown(names, wide.fillna("–"), note)
