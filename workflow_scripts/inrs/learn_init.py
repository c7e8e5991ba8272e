"""Learn initial weights and rates from which INRs are fitted in a few steps."""

import json
import math

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.inrs.learned_init import LearnedInit
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.modalities import modality
from inr2vec_core.tasks.initialization.task import InitSettings, InitTask
from workflow_scripts.common.job import provenance, run, torch_device
from workflow_scripts.common.training import train_with


def main(snakemake):
    params, w = snakemake.params, snakemake.wildcards
    device = torch_device(snakemake)
    siren, target = SirenConfig(**params.siren), modality(params.field)
    task = InitTask(
        LearnedInit(siren, target, params.seed), target, snakemake.input.shapes,
        QuerySampling.from_config(params.queries), InitSettings.from_config(params.settings),
        params.seed, device,
    )  # fmt: skip
    label = f"{w.init} init on {w.dataset}"
    settings = {
        **params.settings, "epochs": math.ceil(params.settings["rounds"] / task.steps_per_epoch),
        "weight_decay": 0.0, "schedule": "constant", "clip": 1.0,
    }  # fmt: skip
    result = train_with(
        snakemake, task, params.seed, label, snakemake.input.shapes, "inits", w.dataset, w.init,
        w.siren, settings=settings,
    )  # fmt: skip
    check = task.convergence(result.history)
    check.report(label)
    save_model(
        task.model, siren.describe(), snakemake.output.model, field=target.name,
        settings=json.dumps(params.settings), held_out_loss=result.best_score,
        converged=check.converged, **provenance(snakemake),
    )  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
