"""Sets of new shapes of one class, or of those that they are compared with."""

import numpy as np
import torch

from inr2vec_core.io.checkpoints import load_model
from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.io.hdf5 import open_shard, read_strings
from inr2vec_core.io.shape_sets import ShapeSet, write_shape_sets
from inr2vec_core.modalities import modality
from inr2vec_core.models.inr2vec import load_inr2vec
from inr2vec_core.models.latent_gan import build_generator
from inr2vec_core.shapes.selection import select
from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings
from inr2vec_core.tasks.generation.gaussian import gaussian_samples
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.classes import shapes_of_class
from workflow_scripts.common.job import provenance, run, torch_device


def main(snakemake):
    params, given, w = snakemake.params, snakemake.input, snakemake.wildcards
    device, settings, seed = torch_device(snakemake), params.settings, params.seed

    def real(split, number, *names):
        return shapes_of_class(given.shapes, split, w.class_name, number, seed, *names)

    test_shapes = real("test", settings["shapes"], "generation")
    n, draws = len(test_shapes), range(settings["draws"])
    if w.generated_by == "training_shapes":
        sets = [
            ShapeSet(f"draw {k}", real("train", n, "training shapes", str(k)), is_draw=True)
            for k in draws
        ]
        shape_class = modality(params.field).shape_class
        write_shape_sets(snakemake.output[0], sets, shape_class, **provenance(snakemake))
        return
    data = read_embeddings(given.embeddings)
    epochs = {}  # samples at some epochs of a training, which are shown and not evaluated
    if w.generated_by == "decoded_test":
        test = (data.split == "test") & (np.array(data.classes)[data.labels] == w.class_name)
        ids = [data.shape_id[i] for i in np.flatnonzero(test)]
        embeddings = {"draw 0": data.x[test][select(ids, n, seed, "generation")]}
    elif w.generated_by == "gaussian":
        own = ClassEmbeddings.of(data, w.class_name)
        embeddings = {f"draw {k}": gaussian_samples(own, n, seed, k) for k in draws}
    else:
        embeddings = generated(given, w.class_name, n, seed, draws, device)
        with open_shard(given.samples) as file:
            epochs = dict(zip(read_strings(file["name"]), file["embedding"][:], strict=True))
    model = load_inr2vec(given.model).to(device)
    size = test_shapes[0].matching_size(None, settings["resolution"])

    def decoded(name, k, embedding):
        field = model.decoded(torch.from_numpy(embedding).to(device))
        what, stream = f"{w.class_name}, {name}, {k}", (seed, "generated", w.class_name, name, k)
        draw = torch_stream(*stream)
        return model.modality.try_reconstruct(field, size, draw, device, label=what)

    sets = {**embeddings, **epochs}
    asked = [(name, k, x) for name, rows in sets.items() for k, x in enumerate(rows)]
    shapes = {name: [] for name in sets}
    for name, k, x in track(asked, f"generating ({w.generated_by})", unit="shape"):
        shapes[name].append(decoded(name, k, x))
    sets = [ShapeSet(name, found, name in embeddings) for name, found in shapes.items()]
    shape_class = model.modality.shape_class
    write_shape_sets(snakemake.output[0], sets, shape_class, **provenance(snakemake))


def generated(given, class_name, n, seed, draws, device):
    """Embeddings from a generator, by the names of the draws."""
    generator = load_model(given.generator, build_generator)[0].to(device)
    return {
        f"draw {k}": generator.sample(n, torch_stream(seed, "generated", class_name, k))
        for k in draws
    }


if __name__ == "__main__":
    run(main, snakemake)
