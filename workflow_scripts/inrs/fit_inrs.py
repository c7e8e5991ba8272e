"""Fit the INRs of one shard."""

import json
import logging

import numpy as np

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.inrs.fit_shapes import fit_shapes
from inr2vec_core.inrs.fitting import FitSettings
from inr2vec_core.inrs.precision import fit_precision
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.inrs.spec import EACH
from inr2vec_core.io.hdf5 import IDENTITY, open_shard, read_strings, write_shard
from inr2vec_core.io.shape_columns import read_shapes
from inr2vec_core.modalities import modality
from inr2vec_core.utils.progress import track
from workflow_scripts.common.job import provenance, run, torch_device


def main(snakemake):
    settings, dataset = snakemake.params.settings, snakemake.params.dataset
    device, target = torch_device(snakemake), modality(dataset["field"])
    siren = SirenConfig(settings["width"], settings["depth"])
    init = SharedInit.read(snakemake.input.init)
    init.check(siren, target)
    precision = fit_precision(settings["precision"], device, target.name)
    logging.info("products between hidden layers: %s", precision)
    own = settings["init"] == "random_each"

    with open_shard(snakemake.input.shapes) as file:
        kept = np.flatnonzero((file["augmentation"][:] == 0) | settings["copies"])
        columns = {name: list(np.array(read_strings(file[name]))[kept]) for name in IDENTITY}
        ids = columns["shape_id"]
        weights = np.empty((len(ids), siren.n_parameters), settings["storage"])
        losses = np.empty(len(ids), np.float32)
        groups = fit_shapes(
            ids, lambda rows: read_shapes(file, kept[rows]), init,
            FitSettings.from_config(settings, field=target.name, precision=precision),
            QuerySampling.from_config(dataset["queries"]), target.n_stored_queries(dataset),
            snakemake.params.seed, device, settings["batch"], snakemake.threads, own,
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
        field=target.name,
        precision=precision,
        init=EACH if own else init.id,
        sgd_steps=init.sgd_steps,
        mean_loss=float(losses[good].mean()),
        **provenance(snakemake),
    )


if __name__ == "__main__":
    run(main, snakemake)
