"""How near reconstructed shapes are to their originals: from INRs, from embeddings, or at best."""

from functools import partial

import numpy as np
import pandas as pd

from inr2vec_core.reconstruction.attempt import shape_or_none
from inr2vec_core.reconstruction.evaluate import RECONSTRUCTION_METRICS, reconstruction_metrics
from inr2vec_core.shapes.selection import select
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import numpy_stream, torch_stream
from workflow_scripts.common.fields import fields_of_job
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.results import write_frame


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    method = snakemake.wildcards.method
    # The random draws go by the first name of the upper bound, so that figures stay as they were.
    drawn_as = "floor" if method == "upper_bound" else method
    sizes, device = (settings["cloud_points"], settings["resolution"]), torch_device(snakemake)
    source = fields_of_job(snakemake, device)
    data, modality = source.data, source.modality

    decoded = method not in ("inr", "upper_bound")
    number = settings["shapes"] if decoded or not settings["all_inrs"] else None
    wanted = ("train", "val", "test") if settings["all_inrs"] else ("train", "test")
    splits = [s for s in wanted if s in data.split] or sorted(set(data.split))
    chosen = np.concatenate([of_split(data, split, number, seed) for split in splits])
    rows = []
    for i in track(chosen, f"reconstructing ({method})", unit="shape"):
        original, name = data.read(np.array([i]), ("shapes",))["shapes"][0], data.shape_id[i]
        draw = (seed, "reconstruction", drawn_as, name)
        size, stream = original.matching_size(*sizes), torch_stream(*draw)
        if method == "upper_bound":
            oracle = partial(modality.oracle, original, size, stream)
            found = shape_or_none(oracle, name)
        else:
            found = modality.try_reconstruct(source.field(i), size, stream, device, label=name)
        row = {"shape_id": name, "class": data.class_name[i], "split": data.split[i]}
        rows.append(
            row | reconstruction_metrics(original, found, settings["points"], numpy_stream(*draw))
        )
    columns = ["shape_id", "class", "split", *RECONSTRUCTION_METRICS]
    write_frame(snakemake.output[0], pd.DataFrame(rows, columns=columns), snakemake.wildcards)


def of_split(data, split, number, seed):
    index = np.flatnonzero(np.array(data.split) == split)
    ids = [data.shape_id[i] for i in index]
    return index[select(ids, number or len(ids), seed, "reconstruction")]


if __name__ == "__main__":
    run(main, snakemake)
