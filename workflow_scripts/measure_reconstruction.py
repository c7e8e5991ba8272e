"""How near rebuilt shapes are to their originals: from INRs, from embeddings, or at best."""

import logging

import numpy as np
import pandas as pd
import torch
from _job import run, torch_device

from inr2vec_core.errors import BadShape
from inr2vec_core.fitted import InrKind, drawn, generator, size_like
from inr2vec_core.geometry import MeshShape
from inr2vec_core.meshes import is_watertight
from inr2vec_core.models import load_inr2vec
from inr2vec_core.progress import track
from inr2vec_core.rebuilding import distance_between, rebuild, rebuilt_without_loss
from inr2vec_core.seeding import numpy_stream
from inr2vec_core.storage import atomic
from inr2vec_core.streaming import ShardedShapes


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    source = snakemake.wildcards.source
    device = torch_device(snakemake)
    data = ShardedShapes(snakemake.input.inrs, snakemake.input.shapes)
    kind = InrKind.of(snakemake.input.inrs[0])
    model = None
    if source not in ("inr", "floor"):
        model = load_inr2vec(snakemake.input.model[0]).to(device)

    def compared(i):
        shape_id = data.shape_id[i]
        columns = data.read(np.array([i]), ("weights", "shapes"))
        original = columns["shapes"][0]
        size = size_like(original, kind.field, settings["cloud_points"], settings["resolution"])
        stream = generator(seed, "reconstruction", source, shape_id)
        row = {"shape_id": shape_id, "class": data.class_name[i], "split": data.split[i]}
        try:
            if source == "floor":
                rebuilt = rebuilt_without_loss(original, size, stream)
            else:
                weights = torch.from_numpy(columns["weights"]).to(device)
                (field,) = kind.fields(weights, model)
                rebuilt = rebuild(kind.field, field, size, stream, device)
        except BadShape as error:
            logging.warning("%s: %s", shape_id, error)
            return row | {"found": False, "f_score": 0.0}
        rng = numpy_stream(seed, "reconstruction", source, shape_id)
        chamfer, f_score = distance_between(original, rebuilt, settings["points"], rng)
        row |= {"found": True, "chamfer": chamfer, "f_score": f_score}
        if isinstance(rebuilt, MeshShape):
            row["watertight"] = is_watertight(rebuilt.vertices, rebuilt.faces)
        return row

    number = settings["shapes"] if model or not settings["all_inrs"] else None
    wanted = ("train", "val", "test") if settings["all_inrs"] else ("train", "test")
    splits = [s for s in wanted if s in data.split] or sorted(set(data.split))
    chosen = np.concatenate([of_split(data, split, number, seed) for split in splits])
    rows = [compared(i) for i in track(chosen, f"rebuilding ({source})", unit="shape")]
    columns = ["shape_id", "class", "split", "found", "chamfer", "f_score", "watertight"]
    with atomic(snakemake.output[0]) as path:
        pd.DataFrame(rows, columns=columns).to_parquet(path, index=False)


def of_split(data, split, number, seed):
    index = np.flatnonzero(np.array(data.split) == split)
    ids = [data.shape_id[i] for i in index]
    return index[drawn(ids, number or len(ids), seed, "reconstruction")]


if __name__ == "__main__":
    run(main, snakemake)
