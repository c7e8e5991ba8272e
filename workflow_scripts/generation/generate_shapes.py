"""Sets of new shapes of one class, or of those that they are compared with."""

from inr2vec_core.io.checkpoints import load_model
from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.io.hdf5 import open_shard, read_strings
from inr2vec_core.io.shape_sets import ShapeSet, write_shape_sets
from inr2vec_core.modalities import modality
from inr2vec_core.models.latent_gan import build_generator
from inr2vec_core.models.load import load_shape_decoder
from inr2vec_core.tasks.generation.sampling import decode_sets, sample_embeddings, shapes_of_class
from workflow_scripts.common.job import provenance, run, torch_device


def main(snakemake):
    params, inputs, w = snakemake.params, snakemake.input, snakemake.wildcards
    device, settings, seed = torch_device(snakemake), params.settings, params.seed
    class_name, draws = w.class_name, settings["draws"]
    test_shapes = shapes_of_class(
        inputs.shapes, "test", class_name, settings["shapes"], seed, "generation"
    )
    n = len(test_shapes)
    if w.method == "training_shapes":
        drawn = {
            f"draw {k}": shapes_of_class(
                inputs.shapes, "train", class_name, n, seed, "training shapes", str(k)
            )
            for k in range(draws)
        }
        sets = [ShapeSet(name, shapes, is_draw=True) for name, shapes in drawn.items()]
    else:
        method, epochs = w.method, {}
        if inputs.get("generator"):
            method = load_model(inputs.generator, build_generator)[0].to(device)
            with open_shard(inputs.samples) as file:  # shown, and not evaluated
                epochs = dict(zip(read_strings(file["name"]), file["embedding"][:], strict=True))
        data = read_embeddings(inputs.embeddings)
        embeddings = sample_embeddings(method, data, class_name, n, draws, seed)
        model = load_shape_decoder(inputs.model).to(device)
        size = test_shapes[0].matching_size(None, settings["resolution"])
        shapes = decode_sets(model, {**embeddings, **epochs}, class_name, size, seed, device)
        sets = [ShapeSet(name, found, name in embeddings) for name, found in shapes.items()]
    shape_class = modality(params.field).shape_class
    write_shape_sets(snakemake.output[0], sets, shape_class, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
