"""Test clouds with their parts: labels, predictions on reconstructions, and on very dense ones."""

import numpy as np
import torch

from inr2vec_core.baselines.registry import build_segmenter
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.reporting.shape_figures import plot_parts
from inr2vec_core.shapes.selection import select_per_class
from inr2vec_core.tasks.segmentation.evaluation import load_predictor
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset
from inr2vec_core.tasks.segmentation.parts import Parts
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.job import run, torch_device

MOST = 16


def main(snakemake):
    inputs, params = snakemake.input, snakemake.params
    device, parts = torch_device(snakemake), Parts.read(inputs.parts)
    loaded = load_predictor(
        parts, inputs.originals, inputs.model, inputs.embeddings, build_segmenter, 0, device
    )
    originals = PartDataset(inputs.originals, ["test"], parts)
    inrs = ShardedShapes(inputs.inrs, None, ["test"])
    spec, where = InrSpec.of(inputs.inrs[0]), {name: i for i, name in enumerate(inrs.shape_id)}
    labeled = [
        c for c in originals.clouds() if c.shape_id in loaded.shape_ids and c.shape_id in where
    ]
    names, ids = [c.class_name for c in labeled], [c.shape_id for c in labeled]
    chosen = [labeled[i] for i in select_per_class(names, ids, params.seed, MOST, 1)]

    def reconstruct(name: str, points: int):
        weights = inrs.read(np.array([where[name]]), ["weights"])["weights"]
        (field,) = spec.fields(torch.from_numpy(weights).to(device))
        stream = torch_stream(params.seed, "parts", name)
        return spec.modality.try_reconstruct(field, points, stream, device, label=name)

    shapes = []
    for cloud in chosen:
        first = parts.numbers(cloud.class_name).start
        versions = [(CloudShape(cloud.points), cloud.labels - first)]
        for points in (len(cloud.points), params.points):
            shape = reconstruct(cloud.shape_id, points)
            predicted = np.empty(0, np.int64)
            if shape is not None:
                (predicted,) = loaded.predict([cloud.shape_id], [cloud.class_name], [shape.points])
            versions.append((shape, predicted - first))
        shapes.append((cloud.class_name, parts.names(cloud.class_name), versions))
    rows = ["labels", "from INR, predicted", f"{params.points:,} points, predicted"]
    with atomic(snakemake.output[0]) as path:
        plot_parts(shapes, rows, path, params.title)


if __name__ == "__main__":
    run(main, snakemake)
