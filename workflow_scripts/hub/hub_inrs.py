"""Write a data set's INRs into a folder that can be handed on, with a card."""

from inr2vec_core.hub.cards import inrs_card, write_card
from inr2vec_core.hub.facts import DataSet
from inr2vec_core.hub.inr_folder import describe_inrs, write_inrs
from inr2vec_core.hub.model_folder import write_init
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.io.sealed import write_json
from inr2vec_core.shapes.manifest import read_manifest
from workflow_scripts.common.job import run


def main(snakemake):
    inputs, params, output = snakemake.input, snakemake.params, snakemake.output
    manifest, init = read_manifest(inputs.manifest), SharedInit.read(inputs.init)
    data = DataSet.of(manifest, **params.data)
    config = describe_inrs(inputs.inrs, init, data, snakemake.wildcards.inr, params.queries,
                           params.shapes)  # fmt: skip
    augmentation = dict(zip(manifest["shape_id"], manifest["augmentation"], strict=True))
    config |= write_inrs(inputs.inrs, augmentation, output.data)
    write_init(init, output.init)
    write_json(output.config, config)
    write_card(output.card, *inrs_card(config, f"{params.command} {output.card}"))


if __name__ == "__main__":
    run(main, snakemake)
