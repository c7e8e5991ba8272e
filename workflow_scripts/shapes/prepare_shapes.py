"""Read one shard's shapes from their sources; set bad ones aside."""

import csv
import logging

import numpy as np

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.dataset import ShapeDataset
from workflow_scripts.common.job import provenance, run


def main(snakemake):
    source = ShapeDataset(**snakemake.params.source)
    settings, number = dict(snakemake.params.settings), int(snakemake.wildcards.shard)
    copies = settings.pop("augment_copies")
    settings |= settings.pop("voxels")
    listing = source.listing()
    shard = prepare_shapes(
        source.shard(listing, number),
        ShapeSettings(**settings),
        copies,
        snakemake.params.seed,
        source.reader,
    )
    if number == 0:  # what the listing itself refused is reported once
        shard.rejected += listing.rejected
        if listing.ignored:
            logging.warning("%s: %d other files passed over", source.root, listing.ignored)
    columns = shard.columns
    columns["augmentation"] = np.array(columns["augmentation"], np.int32)
    columns["centre"] = np.array(columns["centre"], np.float64).reshape(-1, 3)
    for name in ("occupied", "scale"):
        columns[name] = np.array(columns[name], np.float64)
    columns |= shape_columns(shard.shapes, modality(settings["field"]).shape_class)
    with atomic(snakemake.output[1]) as path, path.open("w", newline="") as file:
        csv.writer(file).writerows([(r.shape_id, r.source, r.reason) for r in shard.rejected])
    write_shard(snakemake.output[0], columns, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
