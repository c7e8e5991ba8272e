"""Losses on the lines between two fits of a shape, before and after matching one to the other."""

import torch

from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.inrs.fit_queries import draw_queries
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.hdf5 import open_shard, read_strings
from inr2vec_core.io.shapes_by_id import ShapesById
from inr2vec_core.tasks.weight_space.connectivity import connectivity
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.results import write_frame


def main(snakemake):
    params, device = snakemake.params, torch_device(snakemake)
    spec, shapes = InrSpec.of(snakemake.input.inrs), ShapesById(snakemake.input.shapes)
    sampling = QuerySampling.from_config(params.sampling["queries"])
    with open_shard(snakemake.input.inrs) as file:
        ids = read_strings(file["shape_id"])
        weights = torch.from_numpy(file["weights"][:]).to(device)

    def queries_of(shape_id):
        stored, _ = draw_queries(
            spec.modality, [f"{shape_id}#line"], [shapes.read(shape_id)], params.queries, sampling,
            params.seed,
        )  # fmt: skip
        coords, labels = dequantize(stored.to(device))
        return coords[0], labels[0]

    loss = spec.modality.loss_and_gradient(spec.loss)
    lines = connectivity(weights, ids, spec.siren, loss, queries_of)
    write_frame(snakemake.output[0], lines, snakemake.wildcards)


if __name__ == "__main__":
    run(main, snakemake)
