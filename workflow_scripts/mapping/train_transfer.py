"""Train a network from the embeddings of one data set to those of another."""

import logging

import torch

from inr2vec_core.io.checkpoint_key import hash_arrays
from inr2vec_core.io.shapes_by_id import ShapesById
from inr2vec_core.models.load import load_shape_decoder
from inr2vec_core.models.transfer import build_transfer
from inr2vec_core.tasks.mapping.task import MappingSettings, TransferTask, validation_rows
from inr2vec_core.utils.seeding import derive_seed
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.mapping import read_pairs
from workflow_scripts.common.training import save_trained, train_with


def main(snakemake):
    inputs, settings, seed = snakemake.input, snakemake.params.settings, snakemake.params.seed
    device, name = torch_device(snakemake), snakemake.wildcards.mapping
    pairs, shared = read_pairs(inputs, name)
    if not shared:
        logging.warning(
            "%s: source and target shapes lie in frames of their own; distances say little "
            "(set `frame` of the source's data set)", name,
        )  # fmt: skip
    rows = validation_rows(pairs, settings["validation_shapes"], seed)
    targets = ShapesById(inputs.target_shapes)
    shapes = [targets.read(pairs.target_id[i]) for i in rows]
    description = {
        "source": pairs.x.shape[1],
        "target": pairs.y.shape[1],
        **{k: settings[k] for k in ("hidden", "layers")},
    }
    torch.manual_seed(derive_seed(seed, "mapping", name))
    task = TransferTask(
        build_transfer(description), pairs, load_shape_decoder(inputs.model), (rows, shapes),
        MappingSettings.from_config(settings),
        seed, device,
    )  # fmt: skip
    result = train_with(
        snakemake, task, seed, name, [], "mappings", name, seen=hash_arrays(pairs.x, pairs.y)
    )
    save_trained(snakemake, task, result, description, name)


if __name__ == "__main__":
    run(main, snakemake)
