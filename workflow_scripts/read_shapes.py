"""Read one shard's shapes from their sources; set bad ones aside."""

import csv
import logging

import numpy as np
from _job import provenance, run

from inr2vec_core.listing import DataSetSource
from inr2vec_core.shapes import prepare_shapes
from inr2vec_core.storage import atomic, write_shard


def main(snakemake):
    source = DataSetSource(**snakemake.params.source)
    settings, number = snakemake.params.settings, int(snakemake.wildcards.shard)
    listing = source.listing()
    shard = prepare_shapes(
        source.shard(listing, number),
        settings["points"],
        settings["augment_copies"],
        snakemake.params.seed,
    )
    if number == 0:  # what the listing itself refused is reported once
        shard.rejected += listing.rejected
        if listing.ignored:
            logging.warning("%s: %d other files passed over", source.root, listing.ignored)
    columns = shard.columns
    columns["augmentation"] = np.array(columns["augmentation"], np.int32)
    # The shape is named for a shard whose every shape was set aside.
    columns["points"] = np.array(columns["points"], np.float32).reshape(-1, settings["points"], 3)
    with atomic(snakemake.output[1]) as path, path.open("w", newline="") as file:
        csv.writer(file).writerows([(r.shape_id, r.source, r.reason) for r in shard.rejected])
    write_shard(snakemake.output[0], columns, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
