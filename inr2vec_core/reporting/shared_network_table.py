"""Individual INRs beside shared networks: how near their shapes come, and what they cost."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from inr2vec_core.io import checkpoints, embeddings
from inr2vec_core.io.frames import read_frame
from inr2vec_core.io.hdf5 import open_shard
from inr2vec_core.reporting.markdown import markdown_table
from inr2vec_core.reporting.tables import reconstruction_rows

SHAPES = ("CD x1000", "F-score", "found")
TRAINING, ALL, NEW = "training (core-min)", "all shapes (core-min)", "new shape (core-s)"
COSTS = ("parameters", TRAINING, ALL, NEW)
COLUMNS = ["method", "dataset", "inr", "split", "metric", "mean", "std", "n", "converged"]


def shape_rows(files: Iterable[str | Path]) -> list[pd.DataFrame]:
    """How near methods' shapes of the training and test splits come.

    Args:
        files: of measured shapes, one for each method and data set. Only those shapes of a data set
            count that all its files have.

    Returns:
        A frame for each file.
    """
    measured = [read_frame(file) for file in files]
    common: dict[str, set[str]] = {}
    for shapes in measured:
        dataset, names = shapes.attrs["dataset"], set(shapes["shape_id"])
        common[dataset] = common.get(dataset, names) & names
    frames = []
    for shapes in measured:
        where = {k: shapes.attrs[k] for k in ("dataset", "inr", "method")}
        rows = reconstruction_rows(shapes[shapes["shape_id"].isin(common[where["dataset"]])])
        rows = rows[rows["metric"].isin(SHAPES) & rows["split"].isin(["train", "test"])]
        frames.append(rows.assign(**where))
    return frames


def inr_costs(
    files: Iterable[str | Path], parameters: int, init_seconds: float, threads: int
) -> dict[str, float]:
    """What INRs cost.

    Args:
        files: all their shards.
        parameters: of each INR.
        init_seconds: core-seconds in which the init that they start from was learned.
        threads: cores of a fit.

    Returns:
        Metric -> value.
    """
    n, seconds = 0, 0.0
    for path in files:
        with open_shard(path) as file:
            n, seconds = n + len(file["loss"]), seconds + threads * file.attrs["wall_seconds"]
    return {
        "parameters": parameters,
        TRAINING: init_seconds / 60,
        ALL: (init_seconds + seconds) / 60,
        NEW: seconds / n,
    }


def network_costs(
    model: str | Path, history: str | Path, codes: str | Path
) -> tuple[dict[str, float], bool | None]:
    """What a shared network cost, and whether its validation curve had converged.

    Args:
        model: its file.
        history: of its training.
        codes: of all shapes.

    Returns:
        Metric -> value, and the verdict.
    """
    trained, inferred = checkpoints.read_metadata(model), embeddings.read_metadata(codes)
    training = read_frame(history)["seconds"].sum() * int(trained["threads"])
    threads = int(inferred["threads"])
    return {
        "parameters": int(trained["parameters"]),
        TRAINING: training / 60,
        ALL: (training + threads * float(inferred["wall_seconds"])) / 60,
        NEW: threads * float(inferred["seconds_per_shape"]),
    }, checkpoints.parse_bool(trained["converged"])


def cost_rows(
    costs: Mapping[str, float], dataset: str, inr: str, method: str, converged: bool | None = None
) -> pd.DataFrame:
    """Costs as rows of the table.

    Args:
        costs: metric -> value.
        dataset: the data set.
        inr: its INRs, or what stands for none.
        method: the method.
        converged: whether its validation curve had converged; None where there is none.
    """
    rows = [{"metric": metric, "mean": value} for metric, value in costs.items()]
    return pd.DataFrame(rows).assign(
        dataset=dataset, inr=inr, method=method, split="", converged=converged
    )


def shared_network_rows(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The whole table.

    Args:
        frames: from `shape_rows` and `cost_rows`.

    Returns:
        The columns method, dataset, inr, split (empty for costs), metric, mean, std (over shapes),
        n (shapes) and converged.
    """
    table = pd.concat([frame.reindex(columns=COLUMNS) for frame in frames])
    return table.astype({"n": "Int64", "converged": "boolean"}).reset_index(drop=True)


def shared_network_markdown(table: pd.DataFrame) -> str:
    """Format the comparison: a row for each data set and method.

    Args:
        table: from `shared_network_rows`, with the columns modality and paper.
    """
    shown = table.assign(
        column=(table["split"] + " " + table["metric"]).str.strip(),
        cell=[_cell(row) for row in table.itertuples()],
    )
    keys = ["modality", "dataset", "inr", "method"]
    order = shown[keys].drop_duplicates()
    by_dataset = order.groupby("dataset", sort=False).ngroup().sort_values(kind="stable").index
    order = order.loc[by_dataset]
    wide = shown.pivot(index=keys, columns="column", values="cell")
    wide = wide.reindex(pd.MultiIndex.from_frame(order)).fillna("–")
    names = [f"{split} {metric}" for split in ("train", "test") for metric in SHAPES]
    wide = wide[[name for name in (*names, *COSTS) if name in wide]]
    verdicts = shown.groupby(keys)["converged"].first().reindex(wide.index)
    wide["curve"] = [_verdict(value) for value in verdicts]
    note = (
        "Shapes against their originals, of the training split and of shapes that no network has "
        "seen, the same for all methods: CD x1000 is the Chamfer distance (mean squared nearest "
        "distance, both ways) of those that have a surface, F-score at 0.01 and found (shapes with "
        "a surface) in percent of all. inr: reconstructed from individual INRs; upper_bound: what "
        "a perfect INR would reach. parameters: of one INR, or of the network all shapes share. "
        "core-min and core-s: wall time, times the cores of the job. training: of the network, or "
        "of the init that the INRs start from where it is learned; all shapes: that, and the fits "
        "of all INRs, or the codes of all shapes. new shape: its fit, or its code. curve: of the "
        "validation distance, whether it still fell over the last quarter of the epochs. The "
        "paper's values in brackets."
    )
    return markdown_table(["modality", "data set", "inr", "method", *wide.columns], wide, note)


def _cell(row) -> str:
    if row.metric == "parameters":
        return f"{row.mean:,.0f}"
    return f"{row.mean:.3g}" + (f" ({row.paper:g})" if pd.notna(row.paper) else "")


def _verdict(converged) -> str:
    if pd.isna(converged):
        return "–"
    return "flat" if converged else "still fell"
