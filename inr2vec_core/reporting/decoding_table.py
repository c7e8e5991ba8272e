"""Encoders by the shapes that are decoded from their embeddings, and by their scores."""

from collections.abc import Iterable, Mapping

import pandas as pd

from inr2vec_core.reporting.encoder_table import add_augmentation, encoder_rows, score_rows
from inr2vec_core.reporting.markdown import (
    AUGMENTATION_NOTE,
    convergence_marker,
    convergence_note,
    markdown_table,
    method_notes,
    pivot_metrics,
    spread_note,
)
from inr2vec_core.reporting.tables import add_paper_values, reconstruction_rows, without_chain

SCORES = ("accuracy", "hit@1", "mAP@10")
METRICS = ("CD x1000", "F-score", "found")


def decoding_rows(
    shapes: Iterable[pd.DataFrame],
    scores: Iterable[Mapping],
    starts: Mapping[str, str],
    titles: Mapping[str, str],
    modalities: Mapping[str, str],
    paper: pd.DataFrame,
) -> pd.DataFrame:
    """Collect decoded shapes and scores of methods.

    Args:
        shapes: measured test shapes as of `tables.reconstruction_rows`, each with the attributes
            dataset, inr and method.
        scores: contents of files of metrics.
        starts: entry of INRs -> where they start.
        titles: data set -> its title.
        modalities: data set -> its modality's title.
        paper: the published values, as for `tables.add_paper_values`; it may be empty.

    Returns:
        The columns method, modality, dataset, inr, init, metric, mean, std, seeds, chains,
        converged, augmentation and paper. Shapes are of the test split.
    """
    frames = []
    for frame in shapes:
        rows = reconstruction_rows(frame).query("split == 'test'")
        rows = rows[rows["metric"].isin(METRICS)].rename(columns={"mean": "value"})
        where = {k: frame.attrs[k] for k in ("dataset", "inr", "method")}
        frames.append(rows[["metric", "value"]].assign(**where))
    frames += [score_rows(found, SCORES) for found in scores]
    columns = ["dataset", "inr", "method", "metric", "value", "converged", "augmentation"]
    values = pd.concat([frame.reindex(columns=columns) for frame in frames])
    values = values.dropna(subset="value")
    table = add_augmentation(encoder_rows(values, {}), values)
    table.insert(2, "init", table["inr"].map({without_chain(k): v for k, v in starts.items()}))
    table["modality"] = table["dataset"].map(modalities)
    table["dataset"] = table["dataset"].map(titles)
    if paper.empty:
        table["paper"] = float("nan")
    else:
        paper = paper[paper["split"] == "test"]
        table = add_paper_values(table, paper)
    keys = ["method", "modality", "dataset", "inr", "init", "metric", "mean", "std"]
    return table[[*keys, "seeds", "chains", "converged", "augmentation", "paper"]]


def decoding_markdown(table: pd.DataFrame) -> str:
    """Format the comparison: a row for each data set, INRs and method, a column for each metric.

    Args:
        table: from `decoding_rows`.
    """
    shown = table.assign(cell=[_cell(row) for row in table.itertuples()])
    shown["augmentation"] = shown["augmentation"].fillna("–")
    keys = ["modality", "dataset", "inr", "init", "method", "augmentation"]
    wide = pivot_metrics(shown, shown[keys].drop_duplicates())
    note = (
        "Test shapes decoded from embeddings, against the originals, in units of their spheres: CD "
        "x1000 (mean squared nearest distance, both ways) of those with a surface, F-score (%) at "
        "0.01, found (% with a surface). Accuracy (%) of the classifier of Table 2, hit@1 and "
        "mAP@10 (%) of retrieval. init: where INRs start; random_each is each from random weights "
        "of its own, matched those after git re-basin of all to one of them. The paper's values in "
        "brackets. "
    )
    note += spread_note(table) + AUGMENTATION_NOTE + method_notes(table["method"])
    note += convergence_note(table)
    return markdown_table([*keys, *wide.columns], wide, note)


def _cell(row) -> str:
    mean = f"{row.mean:.3g}" if row.metric == METRICS[0] else f"{row.mean:.1f}"
    spread = f" ± {row.std:.1f}" if pd.notna(row.std) else ""
    paper = f" ({row.paper:g})" if pd.notna(row.paper) else ""
    return mean + convergence_marker(row) + spread + paper
