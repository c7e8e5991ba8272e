"""INRs fitted in different ways, side by side: what they cost, and what can be made of them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from inr2vec_core.io.frames import read_frame
from inr2vec_core.io.hdf5 import open_shard
from inr2vec_core.io.sealed import read_json
from inr2vec_core.ops.chamfer import STRAY
from inr2vec_core.reporting.encoder_table import KEYS, add_augmentation, encoder_rows, score_rows
from inr2vec_core.reporting.markdown import (
    AUGMENTATION_NOTE,
    convergence_marker,
    convergence_note,
    markdown_table,
    method_notes,
    pivot_metrics,
    spread_note,
)
from inr2vec_core.reporting.tables import reconstruction_rows

SCORES = ("accuracy", "hit@1")  # shares, shown in percent
INRS = "inr"  # stands for the method in rows about the INRs themselves
OF_SHAPES = ("CD x1000", "F-score", "stray", "found")


def cost_rows(shards: Mapping[tuple[str, str], Iterable[str | Path]]) -> pd.DataFrame:
    """The mean loss of INRs and the seconds that each took.

    Args:
        shards: data set and entry of INRs -> their files.

    Returns:
        The columns dataset, inr, method, metric and value. Seconds are those of whole jobs:
        queries, reading and writing, imports. The loss is that before each of the last tenth of
        Adam's steps, or before the last step of gradient descent.
    """
    rows = []
    for (dataset, inr), files in shards.items():
        n, seconds, loss = 0, 0.0, 0.0
        for path in files:
            with open_shard(path) as file:
                losses = file["loss"][:]
                n, loss = n + len(losses), loss + float(losses.sum())
                seconds += float(file.attrs["wall_seconds"])
        for metric, value in (("s/INR", seconds / n), ("loss", loss / n)):
            rows.append(
                {"dataset": dataset, "inr": inr, "method": INRS, "metric": metric, "value": value}
            )
    return pd.DataFrame(rows)


def sgd_steps_of(shards: Mapping[tuple[str, str], Sequence[str | Path]]) -> dict[str, int]:
    """How many steps of gradient descent the fits of an entry begin with.

    Args:
        shards: data set and entry of INRs -> their files.

    Returns:
        Entry of INRs -> steps.
    """
    steps = {}
    for (_, inr), files in shards.items():
        with open_shard(files[0]) as file:
            steps[inr] = int(file.attrs["sgd_steps"])
    return steps


def shape_rows(shapes: pd.DataFrame) -> pd.DataFrame:
    """How near shapes reconstructed from INRs are to the originals, of the test split.

    Args:
        shapes: as for `tables.reconstruction_rows`, with dataset and inr in `attrs`.
    """
    found = reconstruction_rows(shapes)
    split = "test" if "test" in set(found["split"]) else found["split"].iloc[0]
    wanted = found["metric"].isin(OF_SHAPES) & (found["split"] == split)
    named = {k: shapes.attrs[k] for k in ("dataset", "inr")}
    return found[wanted].rename(columns={"mean": "value"}).assign(**named, method=INRS)


def read_init_table(
    inrs: Iterable[str | Path],
    reconstructed: Iterable[str | Path],
    scores: Iterable[str | Path],
    shards: Iterable[tuple[tuple[str, str], int]],
    fits: Mapping[str, Mapping],
    titles: Mapping[str, str],
) -> pd.DataFrame:
    """The whole table, from the files that it is made of.

    Args:
        inrs: files of INRs, those of one row after another.
        reconstructed: a file of measured shapes for each row.
        scores: files of metrics.
        shards: data set and entry of INRs of each row, and how many files of `inrs` are its.
        fits: as for `init_rows`, but sgd_steps, which the files of INRs tell.
        titles: data set -> how it is named.

    Returns:
        As `init_rows`, data sets by their titles.

    Raises:
        InputError: a file is missing or damaged.
    """
    files = iter(inrs)
    by_row = {row: [next(files) for _ in range(n)] for row, n in shards}
    frames = [
        cost_rows(by_row),
        *(shape_rows(read_frame(file)) for file in reconstructed),
        *(score_rows(read_json(file), SCORES) for file in scores),
    ]
    steps = sgd_steps_of(by_row)
    table = init_rows(frames, {k: {**fit, "sgd_steps": steps[k]} for k, fit in fits.items()})
    return table.assign(dataset=table["dataset"].map(titles))


def init_rows(frames: Iterable[pd.DataFrame], fits: Mapping[str, Mapping]) -> pd.DataFrame:
    """Average over seeds, and say how INRs were fitted.

    Args:
        frames: from `cost_rows`, `shape_rows` and `encoder_table.score_rows`.
        fits: entry of INRs -> init, sgd_steps and steps (of Adam).

    Returns:
        The columns dataset, inr, init, sgd_steps, steps, method, metric, mean, std, seeds,
        chains, converged and augmentation (empty where nothing is trained).
    """
    columns = ["dataset", "inr", "method", "metric", "value", "converged", "augmentation"]
    values = pd.concat([frame.reindex(columns=columns) for frame in frames])
    table = add_augmentation(encoder_rows(values.dropna(subset="value"), {}), values)
    for place, name in enumerate(("init", "sgd_steps", "steps"), 2):
        table.insert(place, name, table["inr"].map({inr: fit[name] for inr, fit in fits.items()}))
    return table


def init_markdown(table: pd.DataFrame) -> str:
    """Format the comparison: a row for each data set and entry of INRs.

    Args:
        table: from `init_rows`.
    """
    own = table["method"] == INRS
    trained = {where: _augmentation(rows) for where, rows in table.groupby(KEYS[:2])}
    shown = table.assign(
        cell=[_cell(row) for row in table.itertuples()],
        metric=table["metric"].where(own, table["method"] + ", " + table["metric"]),
    )
    keys = ["dataset", "inr", "init", "sgd_steps", "steps", "augmentation"]
    shown["augmentation"] = [trained[tuple(where)] for where in shown[KEYS[:2]].to_numpy()]
    order = shown[keys].drop_duplicates().sort_values("dataset", kind="stable")
    wide = pivot_metrics(shown, order)
    note = (
        "s/INR: wall time of whole jobs, queries, imports and writing included (of `fit_threads` "
        "cores, or of the machine that filled Snakemake's cache); the time in which an init is "
        "learned is in its log. loss: before each of the last tenth of Adam's steps, or before the "
        "last step of gradient descent. CD x1000, F-score (%), stray (% of the points, farther "
        f"than {STRAY:g} from the original) and found (%): of test shapes reconstructed from INRs, "
        "CD and stray of those with a surface. Accuracy and hit@1 in percent; networks are trained "
        "on the originals, once for each data set, and tested on shapes reconstructed from INRs. "
        + spread_note(table)
    )
    note += AUGMENTATION_NOTE + method_notes(table["method"]) + convergence_note(table)
    names = ["data set", "inr", "init", "SGD steps", "Adam steps", "augmentation"]
    return markdown_table([*names, *wide.columns], wide, note)


def _augmentation(rows: pd.DataFrame) -> str:
    """What the methods of a row of the table were trained with; by method where they differ."""
    methods = rows.dropna(subset="augmentation").groupby("augmentation", sort=False)["method"]
    names = {name: ", ".join(found.unique()) for name, found in methods}
    if len(names) > 1:
        return "; ".join(f"{methods}: {name}" for name, methods in names.items())
    return next(iter(names), "–")


def _cell(row) -> str:
    mean = f"{row.mean:.1f}" if row.metric in SCORES else f"{row.mean:.3g}"
    spread = f" ± {row.std:.1f}" if row.method != INRS and pd.notna(row.std) else ""
    return mean + convergence_marker(row) + spread
