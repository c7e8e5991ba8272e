"""Fit the INRs of one shard."""

import json
import logging

import numpy as np
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.fit_many import fit_many
from inr2vec_core.inrs.fitting import FirstSteps, FitSettings
from inr2vec_core.inrs.precision import fit_precision
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.checkpoints import load_arrays, read_metadata
from inr2vec_core.io.hdf5 import IDENTITY, open_shard, read_strings, write_shard
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import derive_seed
from workflow_scripts.common.job import provenance, run, torch_device


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    device = torch_device(snakemake)
    siren = SirenConfig(settings["width"], settings["depth"])
    start = load_arrays(snakemake.input.init)
    first = snakemake.params.first

    with open_shard(snakemake.input.queries) as file:
        columns = {name: read_strings(file[name]) for name in IDENTITY}
        ids, queries, field = columns["shape_id"], file["queries"], file.attrs["field"]
        if first and (learned := read_metadata(snakemake.input.init)["field"]) != field:
            raise InputError(
                f"{snakemake.input.init} was learned on {learned}, these shapes are {field}: learn "
                "it on such"
            )
        precision = fit_precision(settings["precision"], device, field)
        logging.info("products between hidden layers: %s", precision)
        if device.type == "cuda" and precision != "float32":
            torch.set_float32_matmul_precision("high")  # TF32 in the products that stay float32
        fit_settings = FitSettings.from_config(settings, field=field, precision=precision)
        weights = np.empty((len(ids), siren.n_parameters), settings["storage"])
        losses = np.empty(len(ids), np.float32)

        def load(rows):
            initial = np.stack([
                initial_weights(siren, seed, shape_id)
                if settings["init"] == "random_each" else start["weights"]
                for shape_id in ids[rows]
            ])  # fmt: skip
            offsets = [derive_seed(seed, "offset", i) % queries.shape[1] for i in ids[rows]]
            return (
                torch.from_numpy(initial), torch.from_numpy(queries[rows]), torch.tensor(offsets)
            )  # fmt: skip

        groups = fit_many(
            load, len(ids), siren, fit_settings, device, settings["batch"], snakemake.threads,
            first and FirstSteps(torch.from_numpy(start["rates"]), **first),
        )  # fmt: skip
        for i, fitted, loss in track(groups, "fitting", len(ids), "INR"):
            weights[i], losses[i] = fitted.numpy(), loss

    good = np.isfinite(losses) & np.isfinite(weights).all(1)
    for shape_id in np.array(ids)[~good]:
        logging.warning("the INR of %s diverged and is left out: lower the learning rate", shape_id)
    if len(ids) and not good.any():
        raise InputError("every INR of the shard diverged: lower the learning rate of the entry")
    columns = {name: list(np.array(column)[good]) for name, column in columns.items()}
    columns |= {"weights": weights[good], "loss": losses[good]}
    write_shard(
        snakemake.output[0],
        columns,
        siren=json.dumps(siren.describe()),
        settings=json.dumps(settings),
        field=field,
        precision=precision,
        mean_loss=float(losses[good].mean()),
        **provenance(snakemake),
    )


if __name__ == "__main__":
    run(main, snakemake)
