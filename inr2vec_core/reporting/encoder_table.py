"""The comparison of encoders: their costs, and the quality of their embeddings."""

from collections.abc import Iterable, Mapping

import pandas as pd

from inr2vec_core.reporting.markdown import (
    AUGMENTATION_NOTE,
    convergence_marker,
    convergence_note,
    markdown_table,
    method_notes,
    pivot_metrics,
    spread_note,
)
from inr2vec_core.reporting.tables import without_chain

KEYS = ["dataset", "inr", "method"]
SCORES = ("accuracy", "probe accuracy", "hit@1", "mAP@10")  # shares, shown in percent
COSTS = ("parameters", "INRs/s", "training (s)")
DISTANCES = ("CD x1000 (val)", "CD x1000")


def mean_without_failures(mean: float, failed: float, penalty: float) -> float:
    """Remove failures from a mean.

    Args:
        mean: the mean over all shapes.
        failed: the share of shapes that failed, in [0, 1].
        penalty: the value that stands for a failed shape in the mean.

    Returns:
        The mean over the other shapes; NaN where all failed.
    """
    return (mean - failed * penalty) / (1 - failed) if failed < 1 else float("nan")


def score_rows(found: Mapping, names: Iterable[str] = SCORES) -> pd.DataFrame:
    """A method's scores in percent, as `encoder_rows` takes them.

    Args:
        found: the content of a file of metrics: dataset, inr, method, augmentation, and shares in
            [0, 1].
        names: the metrics that are taken, where they are there.
    """
    rows = [
        {"metric": name, "value": 100 * found[name], "converged": found.get("converged")}
        for name in names
        if name in found
    ]
    more = {"augmentation": found.get("augmentation")}
    return pd.DataFrame(rows).assign(**{k: found[k] for k in KEYS}, **more)


def encoder_rows(values: pd.DataFrame, repeats: Mapping[str, str]) -> pd.DataFrame:
    """Average over runs, of all seeds of classifiers, encoders and chains.

    Args:
        values: the columns dataset, inr, method, metric, value and converged (empty where there is
            no curve), a row for each seed of a classifier or network.
        repeats: encoder -> the encoder that it repeats with another seed, or itself.

    Returns:
        The columns dataset, inr, method, metric, mean, std (of the sample; empty for one run),
        seeds (the number of runs), chains (of which so many chains of init, INRs and encoder),
        and converged (whether all runs had converged).
    """
    pooled = values.assign(
        inr=values["inr"].map(without_chain),
        method=values["method"].map(lambda name: without_chain(repeats.get(name, name))),
        chain=values["inr"] + " " + values["method"],
    )
    table = pooled.groupby([*KEYS, "metric"], sort=False).agg(
        mean=("value", "mean"),
        std=("value", "std"),
        seeds=("value", "size"),
        chains=("chain", "nunique"),
        converged=("converged", _all),
    )
    # In the order of the methods; a method of several entries stands where its first does.
    order = pooled[[*KEYS, "metric"]].drop_duplicates()
    return table.reindex(pd.MultiIndex.from_frame(order)).reset_index()


def add_augmentation(table: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Add the column `augmentation`: what each method was trained with.

    Args:
        table: from `encoder_rows`.
        values: what it was made of, with the column augmentation, which rows of costs and of
            shapes may leave empty.

    Returns:
        The table with the column, the same in all rows of a method on a data set's INRs.
    """
    said = values.dropna(subset="augmentation")
    said = said.assign(inr=said["inr"].map(without_chain), method=said["method"].map(without_chain))
    known = said.groupby(KEYS)["augmentation"].first()
    return table.join(known, on=KEYS)


def _all(converged: pd.Series) -> bool | None:
    known = converged.dropna()
    return bool(known.all()) if len(known) else None


def encoder_markdown(table: pd.DataFrame, devices: Iterable[str]) -> str:
    """Format the comparison: a row for each data set and method, a column for each metric.

    Args:
        table: from `add_augmentation`.
        devices: the devices that speeds were measured on.
    """
    shown = table.assign(cell=[_cell(row) for row in table.itertuples()])
    shown["augmentation"] = shown["augmentation"].fillna("–")
    rows = shown[[*KEYS, "augmentation"]].drop_duplicates()
    by_dataset = rows.groupby(KEYS[:2], sort=False).ngroup().sort_values(kind="stable").index
    wide = pivot_metrics(shown, rows.loc[by_dataset])
    note = (
        f"INRs/s: embedded in batches on {', '.join(sorted(set(devices)))}; training (s): in the "
        "run as it was. CD x1000 (mean squared nearest distance, both ways, of the shapes with a "
        "surface) and F-score (%): of shapes reconstructed from embeddings, of the test split "
        "unless another is named. Accuracy (%): of the classifier of Table 2; probe accuracy: of "
        "logistic regression on standardized embeddings; networks are tested on shapes "
        "reconstructed from INRs. " + spread_note(table)
    )
    note += AUGMENTATION_NOTE + method_notes(table["method"]) + convergence_note(table)
    return markdown_table(["data set", *wide.index.names[1:], *wide.columns], wide, note)


def _cell(row) -> str:
    if row.metric in COSTS:
        return f"{row.mean:,.0f}"
    mean = f"{row.mean:.3g}" if row.metric in DISTANCES else f"{row.mean:.1f}"
    return mean + convergence_marker(row) + (f" ± {row.std:.1f}" if pd.notna(row.std) else "")
