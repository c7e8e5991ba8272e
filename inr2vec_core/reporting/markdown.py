"""Tables as Markdown: results side by side, the paper's values in brackets."""

from collections.abc import Iterable, Sequence

import pandas as pd

from inr2vec_core.ops.chamfer import STRAY

_METHOD_NOTES = {
    "weights_probe": "weights_probe is logistic regression on plain INR weights.",
    "weights_network": "weights_network is the classifier of embeddings, on plain INR weights.",
    "bounding_box": "bounding_box is a random forest on six numbers.",
}

AUGMENTATION_NOTE = (
    " augmentation: what trainings saw beside the shapes themselves, new views in each epoch "
    "(online) or so many copies of each training shape, made beforehand."
)


def scores_markdown(table: pd.DataFrame) -> str:
    """Format scores in the paper's layout.

    Args:
        table: from `tables.read_metrics`, with the columns modality and paper.

    Returns:
        A row for each metric, method and augmentation, a column for each data set.
    """
    shown = table.assign(
        column=table["modality"] + ": " + table["dataset"] + " (" + table["inr"] + ")",
        cell=[_score_cell(row) for row in table.itertuples()],
        method=[_method_with_training(row) for row in table.itertuples()],
    )
    keys = ["metric", "method", "augmentation"]
    shown["augmentation"] = shown["augmentation"].fillna("–")
    wide = shown.pivot(index=keys, columns="column", values="cell")
    order = shown[keys].drop_duplicates()
    wide = wide.reindex(pd.MultiIndex.from_frame(order)).fillna("–")[shown["column"].unique()]
    note = (
        spread_note(table)
        + " The paper's value in brackets."
        + AUGMENTATION_NOTE
        + method_notes(table["method"])
        + convergence_note(table)
    )
    return markdown_table(["metric (%)", *keys[1:], *wide.columns], wide, note)


def segmentation_markdown(table: pd.DataFrame) -> str:
    """Format part segmentation: a row for each data set and method, a column for each metric.

    Args:
        table: from `tables.read_metrics`, with the column paper.
    """
    shown = table.assign(
        cell=[_score_cell(row) for row in table.itertuples()],
        method=[_method_with_training(row) for row in table.itertuples()],
    )
    keys = ["dataset", "inr", "method", "augmentation"]
    shown["augmentation"] = shown["augmentation"].fillna("–")
    wide = pivot_metrics(shown, shown[keys].drop_duplicates())
    note = (
        "IoU in percent, of the parts of each shape's class; a part that is in neither prediction "
        "nor truth counts 1. Instance mIoU averages shapes, class mIoU classes. Mean ± standard "
        "deviation over seeds; the paper's value in brackets. nearest_point (the label of the "
        "nearest point of all training shapes of the class) is a lower bound."
    )
    note += AUGMENTATION_NOTE + convergence_note(table)
    return markdown_table(["data set", *keys[1:], *wide.columns], wide, note)


def reconstruction_markdown(table: pd.DataFrame) -> str:
    """Format reconstructions: a row for each data set, split and method, a column for each metric.

    Args:
        table: from `tables.reconstruction_rows`, with the columns method, modality, dataset, inr
            and paper.
    """
    cells = [
        f"{row.mean:.3g}" + (f" ({row.paper:g})" if pd.notna(row.paper) else "")
        for row in table.itertuples()
    ]
    shown = table.assign(cell=cells)
    keys = ["modality", "dataset", "inr", "split", "n", "method"]
    # n is smaller for the Chamfer distance, which shapes without a surface do not have.
    shown["n"] = shown.groupby([k for k in keys if k != "n"])["n"].transform("max")
    ranks = {
        k: {value: rank for rank, value in enumerate(shown[k].unique())}
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
        "squared nearest distance, both ways) of the shapes that have a surface, stray the "
        f"percentage of their points that are farther than {STRAY:g} from the original; F-score at "
        "0.01, found (shapes with a surface) and watertight in percent of all n shapes. "
        "upper_bound: what a perfect INR would reach (meshes: two samples of the original's own "
        "surface). inr: reconstructed from the INR; others: from the embedding by that encoder's "
        "decoder. The paper's values in brackets."
    )
    return markdown_table([*keys, *wide.columns], wide, note)


def generation_markdown(table: pd.DataFrame) -> str:
    """Format generated shapes: a row for each data set, class and method, a column for each metric.

    Args:
        table: from `tables.generation_rows`, with the columns dataset, inr, encoder and method.
    """
    cells = [
        f"{row.mean:.3g}" + (f" ± {row.std:.2g}" if pd.notna(row.std) else "")
        for row in table.itertuples()
    ]
    keys = ["dataset", "inr", "encoder", "class", "method"]
    order = table[keys].drop_duplicates().sort_values(keys[:4], kind="stable")
    wide = pivot_metrics(table.assign(cell=cells), order)
    note = (
        "Against the test shapes of the class, as clouds: minimum matching distance (lower is "
        "better), coverage (%, higher), 1-nearest-neighbor accuracy (%, 50 is best) by Chamfer "
        "and earth mover's distance, Jensen-Shannon divergence of occupancy (lower), and found, "
        "the shapes that have a surface (%). Mean ± standard deviation over draws. "
        "training_shapes are real; decoded_test are the test shapes' own embeddings, decoded, "
        "which shows the loss of encoder and decoder; gaussian samples have the mean and "
        "covariance of the class's embeddings."
    )
    return markdown_table([*keys, *wide.columns], wide, note)


def mapping_markdown(table: pd.DataFrame) -> str:
    """Format mapped shapes: a row for each mapping, class and method, a column for each metric.

    Args:
        table: from `tables.mapping_rows`, with the columns mapping, source, target, frame and
            method.
    """
    shown = table.assign(cell=[f"{row.mean:.3g}" for row in table.itertuples()])
    keys = ["mapping", "source", "target", "frame", "class", "method"]
    order = shown[keys].drop_duplicates().sort_values(keys[:5], kind="stable")
    wide = pivot_metrics(shown, order)
    note = (
        "Against the true shape of the target, in units of its sphere: CD x1000 is the Chamfer "
        "distance (mean squared nearest distance, both ways) of the shapes that have a surface, "
        f"stray the percentage of their points that are farther than {STRAY:g} from the true one; "
        "F-score at 0.01, found (shapes with a surface) and watertight in percent. input: the "
        "source itself; transfer: the mapped embedding, decoded; decoded_target: the target's own "
        "embedding, decoded, which shows the loss of its encoder and decoder. Distances mean "
        "little where each data set has a frame of its own (frame: own)."
    )
    return markdown_table([*keys, *wide.columns], wide, note)


def inference_time_markdown(table: pd.DataFrame) -> str:
    """Format inference times: a row for each method, a column for each number of points.

    Args:
        table: the columns method, dataset, inr, n_points, with_reconstruction (whether the time
            to reconstruct the cloud from its INR is included), seconds, device and paper.
    """
    marker = table["with_reconstruction"].map({True: " *", False: ""})
    cells = [
        f"{row.seconds:.3g}" + (f" ({row.paper:g})" if pd.notna(row.paper) else "")
        for row in table.itertuples()
    ]
    shown = table.assign(method=table["method"] + marker, cell=cells)
    wide = shown.pivot(index=["dataset", "inr", "method"], columns="n_points", values="cell")
    wide = wide.reindex(pd.MultiIndex.from_frame(shown[wide.index.names].drop_duplicates()))
    names = ["data set", "inr", "method", *(f"{n} points" for n in wide.columns)]
    note = (
        f"Seconds to classify one shape (batch 1, medians) on {', '.join(table['device'].unique())}"
        ". *: with the reconstruction of the cloud from its INR. The paper's values (RTX 3090) in "
        "brackets."
    )
    return markdown_table(names, wide.fillna("–"), note)


def markdown_table(names: Sequence[str], wide: pd.DataFrame, note: str) -> str:
    """Format a table of text.

    Args:
        names: the header, first of the index and then of the columns.
        wide: the cells; the index comes first in each row.
        note: a paragraph below the table.
    """
    rows = [[*key, *row] for key, row in zip(wide.index, wide.to_numpy(), strict=True)]
    lines = [
        "| " + " | ".join(str(cell).replace("|", r"\|") for cell in row) + " |"
        for row in [names, *rows]
    ]
    return "\n".join([lines[0], "|" + "---|" * len(names), *lines[1:], "", note, ""])


def pivot_metrics(shown: pd.DataFrame, order: pd.DataFrame) -> pd.DataFrame:
    """Spread a tidy table: a column for each metric.

    Args:
        shown: a tidy table with the columns metric and cell (text), and the columns of `order`.
        order: the keys of the rows, in the order in which they are shown.
    """
    wide = shown.pivot(index=list(order), columns="metric", values="cell")
    wide = wide.reindex(pd.MultiIndex.from_frame(order)).fillna("–")
    return wide[[metric for metric in shown["metric"].unique() if metric in wide]]


def method_notes(methods: Iterable[str]) -> str:
    """Describe, for a table's note, those of the methods that have no entry in the config."""
    return "".join(f" {note}" for name, note in _METHOD_NOTES.items() if name in set(methods))


def spread_note(table: pd.DataFrame) -> str:
    """Say what ± covers, for the note of a table with the columns seeds and chains."""
    note = "Mean ± standard deviation over runs: seeds of the classifier or network"
    if (table["chains"] == 1).all():
        return f"{note} alone (init, INRs and encoder are of one seed)."
    chains = sorted(set(table["chains"]) - {1})
    return (
        f"{note}, and in rows of {' or '.join(map(str, chains))} chains also of init, INRs and "
        "encoder, which each chain has of its own (column chains of the CSV file; shapes are of "
        "one seed)."
    )


def convergence_marker(row) -> str:
    """A star for a row whose column `converged` is false."""
    return "*" if pd.notna(row.converged) and not row.converged else ""


def convergence_note(table: pd.DataFrame) -> str:
    """Explain the star, for the note of a table that has one."""
    if table["converged"].fillna(True).all():
        return ""
    return " *: the validation curve still rose over the last quarter of the epochs."


def _method_with_training(row) -> str:
    """A method's name, with its training where it has one."""
    if pd.isna(row.epochs):
        return row.method
    training = [f"{row.seeds} seed{'s' if row.seeds > 1 else ''}", f"{row.epochs} epochs"]
    if pd.notna(row.n_points):
        training.append(f"{row.n_points} points")
    return f"{row.method} ({', '.join(training)})"


def _score_cell(row) -> str:
    spread = f" ± {row.std:.1f}" if pd.notna(row.std) else ""
    paper = f" ({row.paper:.1f})" if pd.notna(row.paper) else ""
    return f"{row.mean:.1f}{convergence_marker(row)}{spread}{paper}"
