"""How long methods take to classify one shape that is given as an INR, or as a cloud.

Networks and encoders are untrained: what their weights are makes no difference to the time.
"""

import numpy as np
import pandas as pd
import torch

from inr2vec_core.baselines.registry import build_classifier
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.classification.inference_time import (
    cloud_of_field,
    first_cloud,
    untrained_encoder_classifier,
)
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.timing import median_seconds, name_of
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.results import write_frame

TRIED = 8  # INRs, until one gives a cloud back


@torch.no_grad()
def main(snakemake):
    params, device = snakemake.params, torch_device(snakemake)
    spec, data = InrSpec.of(snakemake.input.inrs[0]), ShardedShapes(snakemake.input.inrs)
    index = np.arange(min(TRIED, len(data)))
    flat = torch.from_numpy(data.read(index, ["weights"])["weights"]).to(device)
    classes = sorted(set(data.class_name))

    def seconds(call):
        return median_seconds(call, device, params.settings["runs"], params.settings["seconds"])

    rows = []
    for points in track(params.settings["points"], "timing", unit="size"):
        field, cloud = first_cloud(spec.fields(flat), points, device)
        reconstruction_time = (
            seconds(lambda f=field, n=points: cloud_of_field(f, n, device))[0] if field else None
        )
        for name, entry in params.methods.items():
            is_encoder = "embedding" in entry
            if is_encoder:
                call = untrained_encoder_classifier(
                    entry, spec.siren, len(classes), params.hidden, device
                )
            else:
                call = build_classifier(entry | {"classes": classes}).to(device).eval()
            time, runs = seconds(lambda c=call, x=flat[:1] if is_encoder else cloud: c(x))
            row = {"method": name, "n_points": points, "runs": runs, "device": name_of(device)}
            rows.append(row | {"with_reconstruction": False, "seconds": time})
            if reconstruction_time and not is_encoder:
                time += reconstruction_time
                rows.append(row | {"with_reconstruction": True, "seconds": time})
    write_frame(snakemake.output[0], pd.DataFrame(rows), snakemake.wildcards)


if __name__ == "__main__":
    run(main, snakemake)
