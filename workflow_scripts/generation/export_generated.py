"""Write one new shape of a class, from a generator of embeddings, as a file for other programs."""

import torch

from inr2vec_core.io.checkpoints import load_model
from inr2vec_core.models.latent_gan import build_generator
from inr2vec_core.models.load import load_shape_decoder
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.exporting import export
from workflow_scripts.common.job import run, torch_device


def main(snakemake):
    w, seed, device = snakemake.wildcards, snakemake.params.seed, torch_device(snakemake)
    generator = load_model(snakemake.input.generator, build_generator)[0]
    model = load_shape_decoder(snakemake.input.model).to(device)
    stream = torch_stream(seed, "export", w.class_name, w.number)
    (embedding,) = torch.from_numpy(generator.sample(1, stream)).to(device)
    what = f"{w.class_name} {w.number} of {w.generator}"
    export(snakemake, what, model.modality, model.decoded(embedding), stream, device)


if __name__ == "__main__":
    run(main, snakemake)
