"""The data set's manifest, its report of shapes set aside, and the checks of its splits."""

import logging

from inr2vec_core.errors import InputError
from inr2vec_core.io.frames import write_frame
from inr2vec_core.shapes.catalog import read_rejected, write_rejected_table
from inr2vec_core.shapes.manifest import (
    check_manifest,
    describe_rejected,
    manifest_of_shards,
    training_shapes_without_copies,
)
from workflow_scripts.common.job import run


def main(snakemake):
    dataset = snakemake.wildcards.dataset
    manifest = manifest_of_shards(snakemake.input.shapes)
    rejected = [bad for path in snakemake.input.rejected for bad in read_rejected(path)]
    write_rejected_table(snakemake.output.rejected, rejected)
    if rejected:
        message = (
            f"{dataset}: {len(rejected)} shape(s) set aside, {len(manifest)} kept "
            f"({snakemake.output.rejected}):\n{describe_rejected(rejected)}"
        )
        if snakemake.params.settings["on_bad_shape"] == "fail":
            raise InputError(f"{message}\nmend or remove them, or set on_bad_shape: reject")
        logging.warning(message)
    try:
        check_manifest(manifest, snakemake.params.needs_splits)
    except InputError as error:
        raise InputError(f"{dataset}: {error}") from None
    for column in ("split", "preparation"):
        logging.info("%s: %s", dataset, manifest.groupby(column).size().to_dict())
    uncopied = training_shapes_without_copies(manifest)
    if snakemake.params.copies and uncopied:
        logging.warning(
            "%s: %d training shapes have no augmented copies: grids that are read cannot be "
            "stretched, and copies that are too thin are in rejected.csv", dataset, uncopied,
        )  # fmt: skip
    write_frame(snakemake.output.manifest, manifest)


if __name__ == "__main__":
    run(main, snakemake)
