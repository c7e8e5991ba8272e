"""Write a trained model into a folder that can be handed on, with a card."""

from inr2vec_core.hub.cards import model_card, write_card
from inr2vec_core.hub.facts import DataSet, decoded_metrics, score_metrics
from inr2vec_core.hub.model_folder import describe_model, write_init, write_metrics, write_model
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.io.frames import read_frame
from inr2vec_core.io.sealed import write_json
from inr2vec_core.shapes.manifest import read_manifest
from workflow_scripts.common.job import run


def main(snakemake):
    inputs, params, w = snakemake.input, snakemake.params, snakemake.wildcards

    def command(*files):
        return f"{params.command} {' '.join(files)}"

    data = [
        DataSet.of(read_manifest(path), **facts)
        for path, facts in zip(inputs.manifests, params.data, strict=True)
    ]
    classified, retrieved = inputs.classified, inputs.retrieved
    metrics = [
        *score_metrics("classification", classified, ["accuracy"], command(*classified)),
        *score_metrics("retrieval", retrieved, ["hit@1", "mAP@10"], command(*retrieved)),
        *decoded_metrics(read_frame(inputs.decoded), command(inputs.decoded)),
    ]
    names = {"encoder": w.encoder, "inr": w.inr}
    config = describe_model(inputs.model, data, params.settings, names)
    output = snakemake.output
    write_model(inputs.model, output.model)
    write_init(SharedInit.read(inputs.model), output.init)
    write_json(output.config, config)
    write_metrics(metrics, output.metrics)
    write_card(output.card, *model_card(config, metrics, params.license, command(output.card)))


if __name__ == "__main__":
    run(main, snakemake)
