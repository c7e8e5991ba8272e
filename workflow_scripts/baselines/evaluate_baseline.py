"""Class scores of a trained network on test shapes: the originals, or reconstructed from INRs."""

import numpy as np

from inr2vec_core.baselines.registry import baseline_of, build_classifier
from inr2vec_core.baselines.task import score_split
from inr2vec_core.io.checkpoints import load_model, parse_bool, read_metadata
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.io.sharded_dataset import ShardedShapes
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.results import write_classification


def main(snakemake):
    device, seed = torch_device(snakemake), int(snakemake.wildcards.seed)
    model, description = load_model(snakemake.input.model, build_classifier)
    originals, tested = snakemake.input.originals, snakemake.input.tested
    listed = ShardedShapes(originals, originals, copies=False)
    shapes = ShardedShapes(tested, tested, ["test"], may_be_empty=True)
    inputs = baseline_of(description).inputs(description)
    scores = score_split(model.to(device), inputs, shapes, seed, device)

    data = EmbeddingSet.of(listed.shape_id, listed.class_name, listed.split)
    of_shape = dict(zip(shapes.shape_id, scores, strict=True))
    missing = np.full(len(data.classes), np.nan)
    ids = np.array(data.shape_id)[data.split == "test"]
    training = read_metadata(snakemake.input.model)
    write_classification(
        snakemake, data, np.array([of_shape.get(name, missing) for name in ids]), seed,
        epochs=int(training["epochs"]), converged=parse_bool(training["converged"]),
        validation_accuracy=float(training["best_accuracy"]),
        n_points=getattr(inputs, "points", None),
        augmentation=training["augmentation"],
        parameters=sum(p.numel() for p in model.parameters()),
    )  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
