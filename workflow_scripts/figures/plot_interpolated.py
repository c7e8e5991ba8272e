"""Shapes decoded along the line between the embeddings of two test shapes."""

import numpy as np
import torch

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.models.load import load_shape_decoder
from inr2vec_core.reporting.shape_figures import plot_interpolation
from inr2vec_core.shapes.selection import select_pairs
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.job import run, torch_device

PAIRS, STEPS, SEARCHED = 4, 7, 500


def main(snakemake):
    size, seed = snakemake.params.size, snakemake.params.seed
    device = torch_device(snakemake)
    model = load_shape_decoder(snakemake.input.model).to(device)
    data = read_embeddings(snakemake.input.embeddings)
    shown = []
    test = np.flatnonzero(data.split == "test") if "test" in data.split else np.arange(len(data.x))
    ids = [data.shape_id[i] for i in test]
    pairs = test[select_pairs(data.labels[test], ids, seed, PAIRS, SEARCHED)]
    for a, b in track(pairs, "interpolating", unit="pair"):
        ends = torch.from_numpy(data.x[[a, b]]).to(device)
        shapes = []
        for t in torch.linspace(0, 1, STEPS):
            field = model.decoded(torch.lerp(*ends, t))
            stream = torch_stream(seed, "interpolation", data.shape_id[a])
            between = f"{data.shape_id[a]} to {data.shape_id[b]}, at {t:.2f}"
            shapes.append(
                model.modality.try_reconstruct(field, size, stream, device, label=between)
            )
        names = [data.classes[data.labels[k]] for k in (a, b)]
        shown.append((names, shapes))
    with atomic(snakemake.output[0]) as path:
        plot_interpolation(shown, path, snakemake.params.title)


if __name__ == "__main__":
    run(main, snakemake)
