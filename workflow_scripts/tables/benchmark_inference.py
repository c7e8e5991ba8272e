"""How long methods take to classify one shape that is given as an INR, or as a cloud.

Networks and encoders are untrained: what their weights are makes no difference to the time.
"""

import logging

import numpy as np
import pandas as pd
import torch

from inr2vec_core.baselines.registry import build_classifier
from inr2vec_core.errors import BadShape
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.modalities import modality
from inr2vec_core.models.classifier import mlp_classifier
from inr2vec_core.models.inr2vec import build_encoder, embed
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.timing import median_seconds, name_of
from workflow_scripts.common.job import run, torch_device

TRIED = 8  # INRs, until one gives a cloud back


@torch.no_grad()
def main(snakemake):
    params, device = snakemake.params, torch_device(snakemake)
    kind, data = InrSpec.of(snakemake.input.inrs[0]), ShardedShapes(snakemake.input.inrs)
    index = np.arange(min(TRIED, len(data)))
    flat = torch.from_numpy(data.read(index, ["weights"])["weights"]).to(device)
    classes = sorted(set(data.class_name))

    def seconds(call):
        return median_seconds(call, device, params.settings["runs"], params.settings["seconds"])

    rows = []
    for points in track(params.settings["points"], "timing", unit="size"):
        field, cloud = first_cloud(kind.fields(flat), points, device)
        rebuilding = seconds(lambda f=field, n=points: cloud_of(f, n, device))[0] if field else None
        for name, entry in params.methods.items():
            is_encoder = "embedding" in entry
            classify = by_encoder if is_encoder else by_network
            call = classify(entry, params, kind, classes, device)
            time, runs = seconds(lambda c=call, x=flat[:1] if is_encoder else cloud: c(x))
            row = {"method": name, "n_points": points, "runs": runs, "device": name_of(device)}
            rows.append(row | {"with_reconstruction": False, "seconds": time})
            if rebuilding and not is_encoder:
                rows.append(row | {"with_reconstruction": True, "seconds": time + rebuilding})
    with atomic(snakemake.output[0]) as path:
        pd.DataFrame(rows).to_parquet(path, index=False)


def by_encoder(entry, params, kind, classes, device):
    encoder = build_encoder(entry, kind.siren).to(device).eval()
    classifier = mlp_classifier(entry["embedding"], len(classes), params.hidden).to(device).eval()
    return lambda flat: classifier(embed(encoder, flat))


def by_network(entry, params, kind, classes, device):
    return build_classifier(entry | {"classes": classes}).to(device).eval()


def cloud_of(field, points, device):
    stream = torch.Generator().manual_seed(0)
    return modality("udf").reconstruct(field, points, stream, device).points


def first_cloud(fields, points, device):
    """The first field that gives a cloud, and the cloud (1, n, 3); no field and noise if none."""
    for field in fields:
        try:
            return field, torch.from_numpy(cloud_of(field, points, device))[None].to(device)
        except BadShape as error:
            logging.warning("an INR gives no cloud: %s", error)
    return None, torch.rand(1, points, 3, device=device) * 2 - 1


if __name__ == "__main__":
    run(main, snakemake)
