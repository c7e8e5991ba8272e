"""Train a generator of one class's embeddings, and draw samples at several epochs."""

import numpy as np
import torch

from inr2vec_core.io.checkpoint_key import hash_arrays
from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.models.latent_gan import LatentGan, build_generator
from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings
from inr2vec_core.tasks.generation.diversity import Diversity
from inr2vec_core.tasks.generation.task import GanSettings, LatentGanTask
from inr2vec_core.utils.seeding import derive_seed, torch_stream
from workflow_scripts.common.job import provenance, run, torch_device
from workflow_scripts.common.training import save_trained, train_with

SHOWN = 8  # samples of each epoch


def main(snakemake):
    settings, seed, w = snakemake.params.settings, snakemake.params.seed, snakemake.wildcards
    device, name = torch_device(snakemake), w.class_name
    data = ClassEmbeddings.of(read_embeddings(snakemake.input.embeddings), name)
    description = {
        "embedding": data.train.shape[1],
        **{k: settings[k] for k in ("noise", "noise_std")},
    }
    torch.manual_seed(derive_seed(seed, "generator", name))
    generator = build_generator(description)
    task = LatentGanTask(
        LatentGan(generator), data,
        GanSettings.from_config(settings), seed, device,
    )  # fmt: skip
    label = f"{w.generator} of {name} on {w.dataset}"
    seen = hash_arrays(data.train, data.validation)
    result = train_with(
        snakemake, task, seed, label, [],
        w.dataset, "generators", w.inr, w.encoder, w.generator, name, seen=seen,
    )  # fmt: skip
    drawn = generator.sample(len(data.train), torch_stream(seed, "variety", name))
    Diversity.of(drawn, data.train).report(label)
    save_trained(snakemake, task, result, description, label, model=generator)

    kept = {f"epoch {epoch}": state for epoch, state in sorted(result.kept.items())}
    samples = []
    for state in [*kept.values(), result.best_state]:
        task.model.load_state_dict(state)
        samples.append(generator.sample(SHOWN, torch_stream(seed, "shown", name)))
    names = [*kept, f"best (epoch {result.best_epoch})"]
    columns = {"name": names, "embedding": np.stack(samples)}
    write_shard(snakemake.output.samples, columns, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
