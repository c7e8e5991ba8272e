"""The data set's manifest, its report of shapes set aside, and the checks of its splits."""

import csv
import logging
from pathlib import Path

import pandas as pd

from inr2vec_core.errors import InputError
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.hdf5 import open_shard, read_strings
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.pairing import FRAME
from inr2vec_core.shapes.splits import check_splits
from workflow_scripts.common.job import run


def main(snakemake):
    dataset = snakemake.wildcards.dataset
    frames = []
    for number, path in enumerate(snakemake.input.shapes):
        with open_shard(path) as file:
            columns = {n: read_strings(file[n]) for n in ("shape_id", "class", "split", "source")}
            columns |= {"augmentation": file["augmentation"][:], "shard": number}
            columns |= {"form": read_strings(file["form"]), "occupied": file["occupied"][:]}
            frame = [*file["centre"][:].T, file["scale"][:]]
            columns |= dict(zip(FRAME, frame, strict=True))
            frames.append(pd.DataFrame(columns))
    shapes = pd.concat(frames).sort_values("shape_id", ignore_index=True)
    rejected = [row for path in snakemake.input.rejected for row in read_rows(path)]

    with atomic(snakemake.output.rejected) as path:
        pd.DataFrame(rejected, columns=["shape_id", "source", "reason"]).to_csv(path, index=False)
    if rejected:
        shown = "\n".join(f"  {source}: {reason}" for _, source, reason in rejected[:10])
        more = f"\n  ... and {len(rejected) - 10} more" if len(rejected) > 10 else ""
        message = (
            f"{dataset}: {len(rejected)} shape(s) set aside, {len(shapes)} kept "
            f"({snakemake.output.rejected}):\n{shown}{more}"
        )
        if snakemake.params.settings["on_bad_shape"] == "fail":
            raise InputError(f"{message}\nmend or remove them, or set on_bad_shape: reject")
        logging.warning(message)
    if shapes.empty:
        raise InputError(f"{dataset}: no shape is left; nothing can be done with this data set")
    if snakemake.params.needs_splits:
        check_splits(
            [
                ShapeRecord(s, c, p, "")
                for s, c, p in shapes[["shape_id", "class", "split"]].itertuples(index=False)
            ],
            ("train", "val", "test"),
        )
    logging.info("%s: %s", dataset, shapes.groupby("split").size().to_dict())
    logging.info("%s: %s", dataset, shapes.groupby("form").size().to_dict())
    with atomic(snakemake.output.manifest) as path:
        shapes.to_parquet(path, index=False)


def read_rows(path):
    with Path(path).open(newline="") as file:
        return list(csv.reader(file))


if __name__ == "__main__":
    run(main, snakemake)
