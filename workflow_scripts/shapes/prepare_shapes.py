"""Read one shard's shapes from their files and prepare them; set bad ones aside."""

import logging

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.catalog import write_rejected
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.isolation.parent import prepare_shard
from workflow_scripts.common.job import provenance, run


def main(snakemake):
    dataset = ShapeDataset(**snakemake.params.dataset)
    settings, number = dict(snakemake.params.settings), int(snakemake.wildcards.shard)
    settings |= settings.pop("voxels")
    catalog = dataset.catalog()
    records = dataset.shard(catalog, number)
    shard = prepare_shard(dataset, records, ShapeSettings.from_config(settings), catalog.copies)
    if number == 0:  # what the catalog itself set aside is reported once
        shard.rejected += catalog.rejected
        if catalog.ignored:
            logging.warning("%s: %d other files passed over", dataset.root, catalog.ignored)
    columns = shard.typed_columns() | shape_columns(
        shard.shapes, modality(settings["field"]).shape_class
    )
    write_rejected(snakemake.output[1], shard.rejected)
    write_shard(snakemake.output[0], columns, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
