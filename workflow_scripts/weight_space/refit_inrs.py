"""Fit an INR to each of a few shapes several times, with other queries in another order."""

import json

import numpy as np

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.inrs.fit_shapes import fit_shapes
from inr2vec_core.inrs.fitting import FitSettings
from inr2vec_core.inrs.precision import fit_precision
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.spec import EACH
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.modalities import modality
from inr2vec_core.tasks.weight_space.refits import choose_shapes, refit_id
from inr2vec_core.utils.progress import track
from workflow_scripts.common.job import provenance, run, torch_device


def main(snakemake):
    params, files = snakemake.params, snakemake.input.shapes
    settings, refits = params.settings, params.refits
    device, target = torch_device(snakemake), modality(params.dataset["field"])
    init = SharedInit.read(snakemake.input.init)
    precision = fit_precision(settings["precision"], device, target.name)
    own = settings["init"] == "random_each"

    data = ShardedShapes(files, files, copies=False)
    chosen = choose_shapes(
        data.shape_id, data.class_name, data.split, refits["class"], refits["shapes"], params.seed
    )
    rows, fits = np.repeat(chosen, refits["fits"]), np.tile(range(refits["fits"]), len(chosen))
    ids = [data.shape_id[i] for i in rows]
    weights, losses = [], []
    groups = fit_shapes(
        [refit_id(*fit) for fit in zip(ids, fits, strict=True)],
        lambda part: [data.read(rows[i : i + 1], ["shapes"])["shapes"][0]
                      for i in range(*part.indices(len(rows)))],
        init, FitSettings.from_config(settings, field=target.name, precision=precision),
        QuerySampling.from_config(params.dataset["queries"]),
        target.n_stored_queries(params.dataset), params.seed, device, settings["batch"],
        snakemake.threads, own,
    )  # fmt: skip
    for _, fitted, loss in track(groups, "fitting", len(ids), "INR"):
        weights.append(fitted.numpy())
        losses.append(loss)
    columns = {
        "shape_id": ids,
        "class": [data.class_name[i] for i in rows],
        "split": [data.split[i] for i in rows],
        "fit": fits.astype(np.int64),
        "weights": np.stack(weights),
        "loss": np.array(losses, np.float32),
    }
    write_shard(
        snakemake.output[0], columns, siren=json.dumps(init.siren.describe()),
        settings=json.dumps(settings), field=target.name, precision=precision,
        init=EACH if own else init.id, **provenance(snakemake),
    )  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
