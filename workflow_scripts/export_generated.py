"""Write one new shape of a class, from a generator of embeddings, as a file for other programs."""

import torch
from _job import run, torch_device

from inr2vec_core.described import load_described
from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.exporting import write_shape
from inr2vec_core.generation.gan import build_generator
from inr2vec_core.models import load_inr2vec
from inr2vec_core.rebuilding import rebuild
from inr2vec_core.seeding import torch_stream
from inr2vec_core.storage import atomic


def main(snakemake):
    w, seed, device = snakemake.wildcards, snakemake.params.seed, torch_device(snakemake)
    generator = load_described(snakemake.input.generator, build_generator)[0]
    model = load_inr2vec(snakemake.input.model).to(device)
    stream = torch_stream(seed, "export", w.class_name, w.number)
    (embedding,) = torch.from_numpy(generator.sample(1, stream)).to(device)
    try:
        shape = rebuild(model.field, model.decoded(embedding), int(w.size), stream, device)
    except BadShape as error:
        raise InputError(f"{w.class_name} {w.number} of {w.generator}: {error}") from error
    with atomic(snakemake.output[0]) as path:
        write_shape(shape, path, w.extension)


if __name__ == "__main__":
    run(main, snakemake)
