"""Follow the fit of a few shapes: how near reconstructions are to them after so many steps."""

import numpy as np
import pandas as pd
import torch

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.inrs.fit_queries import draw_queries, number_of_queries
from inr2vec_core.inrs.fitting import FitSettings
from inr2vec_core.inrs.precision import fit_precision
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.shape_sets import Example, write_examples
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.modalities import modality
from inr2vec_core.reconstruction.evaluate import RECONSTRUCTION_METRICS, reconstruction_metrics
from inr2vec_core.tasks.fit_stages.stages import fit_in_stages
from inr2vec_core.tasks.weight_space.refits import choose_shapes
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import numpy_stream, torch_stream
from inr2vec_core.utils.timing import name_of
from workflow_scripts.common.job import provenance, run, torch_device
from workflow_scripts.common.results import write_frame


def main(snakemake):
    params, files = snakemake.params, snakemake.input.shapes
    settings, stages, seed = params.settings, params.stages, params.seed
    device, target = torch_device(snakemake), modality(params.dataset["field"])
    init = SharedInit.read(snakemake.input.init)
    init.check(init.siren, target)
    precision = fit_precision(settings["precision"], device, target.name)
    fit = FitSettings.from_config(
        settings, field=target.name, precision=precision, steps=max(stages["steps"])
    )
    data = ShardedShapes(files, files, copies=False)
    rows = choose_shapes(
        data.shape_id, data.class_name, data.split, stages["class"], stages["shapes"], seed
    )
    ids, originals = [data.shape_id[i] for i in rows], data.read(rows, ["shapes"])["shapes"]
    n = number_of_queries(target.n_stored_queries(params.dataset), fit, init.first)
    sampling = QuerySampling.from_config(params.dataset["queries"])
    stored, offsets = draw_queries(target, ids, originals, n, sampling, seed)
    own = settings["init"] == "random_each"
    initial = np.stack([
        initial_weights(init.siren, seed, name) if own else init.weights for name in ids
    ])  # fmt: skip
    found = fit_in_stages(
        torch.from_numpy(initial).to(device), stored.to(device), init.siren, fit, offsets,
        stages["steps"], init.first,
    )  # fmt: skip

    spec, sizes = InrSpec(init.siren, target, fit.loss), params.reconstruction
    measured, versions = [], {"original": originals[0]}
    for stage in track(found, "reconstructing", unit="stage"):
        for k, field in enumerate(spec.fields(stage.weights.to(device))):
            draw = (seed, "stages", ids[k])
            label = f"{ids[k]} after {stage.steps} steps"

            def reconstructed(n_points, field=field, k=k, draw=draw, label=label):
                size = originals[k].matching_size(n_points, sizes["resolution"])
                return target.try_reconstruct(field, size, torch_stream(*draw), device, label=label)

            shape = reconstructed(sizes["cloud_points"])
            if k == 0:  # drawn beside the original, with as many points
                versions[str(stage.steps)] = reconstructed(None)
            row = {"shape_id": ids[k], "class": data.class_name[rows[k]], "steps": stage.steps,
                   "seconds": stage.seconds, "loss": stage.losses[k].item()}  # fmt: skip
            measured.append(row | reconstruction_metrics(
                originals[k], shape, sizes["points"], numpy_stream(*draw)))  # fmt: skip
    columns = ["shape_id", "class", "steps", "seconds", "loss", *RECONSTRUCTION_METRICS]
    frame = pd.DataFrame(measured, columns=columns).assign(device=name_of(device))
    write_frame(snakemake.output.measured, frame, snakemake.wildcards)
    example = Example(ids[0], data.class_name[rows[0]], versions)
    write_examples(snakemake.output.shapes, [example], **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
