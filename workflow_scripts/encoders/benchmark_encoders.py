"""What trained encoders cost: their size, the speed they embed at, the time they took to train."""

import numpy as np
import pandas as pd
import torch

from inr2vec_core.io.checkpoints import read_metadata
from inr2vec_core.io.frames import read_frame
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.inr2vec import embed, load_inr2vec
from inr2vec_core.reconstruction.evaluate import FAILED
from inr2vec_core.reporting.encoder_table import mean_without_failures
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.timing import median_seconds, name_of
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.results import write_frame

BATCH = 256


def main(snakemake):
    device, inputs = torch_device(snakemake), snakemake.input
    data = ShardedShapes(inputs.inrs)
    index = np.resize(np.arange(len(data)), BATCH)  # a small data set's again and again
    flat = torch.from_numpy(data.read(index, ["weights"])["weights"]).to(device)
    rows = []
    histories = dict(zip(snakemake.params.own, inputs.histories, strict=True))
    files = list(zip(snakemake.params.methods, inputs.models, strict=True))
    for method, model_file in track(files, "timing", unit="encoder"):
        encoder = load_inr2vec(model_file).encoder.to(device)
        seconds, _ = median_seconds(lambda e=encoder: embed(e, flat), device)
        values = {
            "parameters": sum(p.numel() for p in encoder.parameters()),
            "INRs/s": BATCH / seconds,
        }
        if method in histories:  # else they are other shapes'
            history = read_frame(histories[method]).set_index("epoch")
            best = history.loc[int(read_metadata(model_file)["best_epoch"])]
            distance = mean_without_failures(best["chamfer"], best["failed"], FAILED)
            values |= {"training (s)": history["seconds"].sum(), "CD x1000 (val)": 1000 * distance}
        rows += [{"method": method, "metric": k, "value": v} for k, v in values.items()]
    frame = pd.DataFrame(rows).assign(device=name_of(device))
    write_frame(snakemake.output[0], frame, snakemake.wildcards)


if __name__ == "__main__":
    run(main, snakemake)
