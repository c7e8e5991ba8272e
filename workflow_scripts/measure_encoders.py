"""What trained encoders cost: their size, the speed they embed at, the time they took to train."""

import numpy as np
import pandas as pd
import torch
from _job import run, torch_device

from inr2vec_core.autoencoding import embed
from inr2vec_core.described import metadata_of
from inr2vec_core.encoder_table import distance_of_found
from inr2vec_core.models import load_inr2vec
from inr2vec_core.progress import track
from inr2vec_core.rebuilding import FAILED
from inr2vec_core.storage import atomic
from inr2vec_core.streaming import ShardedShapes
from inr2vec_core.timing import median_seconds, name_of

BATCH = 256


def main(snakemake):
    device, given = torch_device(snakemake), snakemake.input
    data = ShardedShapes(given.inrs)
    index = np.resize(np.arange(len(data)), BATCH)  # a small data set's again and again
    flat = torch.from_numpy(data.read(index, ["weights"])["weights"]).to(device)
    rows = []
    files = list(zip(snakemake.params.methods, given.models, given.histories, strict=True))
    for method, model_file, history in track(files, "timing", unit="encoder"):
        encoder = load_inr2vec(model_file).encoder.to(device)
        seconds, _ = median_seconds(lambda e=encoder: embed(e, flat), device)
        values = {
            "parameters": sum(p.numel() for p in encoder.parameters()),
            "embedded a second": BATCH / seconds,
        }
        if method in snakemake.params.own:  # else they are other shapes'
            course = pd.read_parquet(history).set_index("epoch")
            best = course.loc[int(metadata_of(model_file)["best_epoch"])]
            distance = distance_of_found(best["chamfer"], best["failed"], FAILED)
            values |= {"training s": course["seconds"].sum(), "CD x1000 (val)": 1000 * distance}
        rows += [{"method": method, "metric": k, "value": v} for k, v in values.items()]
    with atomic(snakemake.output[0]) as path:
        pd.DataFrame(rows).assign(device=name_of(device)).to_parquet(path, index=False)


if __name__ == "__main__":
    run(main, snakemake)
