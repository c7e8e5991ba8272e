"""Training inr2vec on INRs that are in memory."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from inr2vec_core.api.fit import device_of
from inr2vec_core.api.inrs import Inrs
from inr2vec_core.api.model import Inr2vecModel
from inr2vec_core.errors import InputError
from inr2vec_core.models.inr2vec import build_inr2vec
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.splits import cut_validation
from inr2vec_core.tasks.autoencoding.task import Inr2vecSettings, Inr2vecTask
from inr2vec_core.training.trainer import TrainSettings, train
from inr2vec_core.utils.seeding import derive_seed


def train_inr2vec(
    inrs: Inrs,
    *,
    encoder: str = "projected",
    hidden: Sequence[int] = (256,),
    embedding: int = 256,
    options: Mapping[str, Any] | None = None,
    decoder_hidden: int = 128,
    decoder_frequencies: int = 7,
    epochs: int = 75,
    batch: int = 8,
    queries: int = 256,
    lr: float = 1e-3,
    validate_every: int = 25,
    validation_fraction: float = 0.1,
    seed: int = 0,
    device: str | torch.device | None = None,
) -> Inr2vecModel:
    """Train an encoder of INRs, with the decoder that shows it what their fields are.

    Sizes and settings are those of the demo, for INRs of 64 x 4; those of the paper are in
    `configs/paper.yaml`. The epoch is chosen by the Chamfer distance of decoded validation shapes,
    and the level at which meshes and voxels are cut is calibrated on them.

    Args:
        inrs: INRs with their shapes. Those of the split "train" are trained on, those of "val"
            validate.
        encoder: a file in `inr2vec_core/encoders`: "projected", or "inr2vec", the paper's.
        hidden: widths of its hidden layers.
        embedding: numbers of an embedding.
        options: what else the encoder takes.
        decoder_hidden: width of the decoder.
        decoder_frequencies: of the decoder's positional encoding.
        epochs: passes over the training INRs.
        batch: INRs of a step.
        queries: of each INR and step.
        lr: the largest learning rate (OneCycle).
        validate_every: epochs between validations.
        validation_fraction: the share of each class that validates, where no INR is of "val".
        seed: of everything random.
        device: where it is trained; a GPU if there is one.

    Returns:
        The model, which carries the init and the recipe of the INRs.

    Raises:
        InputError: the INRs have no shapes, or there are fewer than two to train on and one to
            validate; or there is no such encoder.
        FloatingPointError: the loss became NaN.
    """
    inrs = _with_validation(inrs, validation_fraction, seed)
    settings = Inr2vecSettings(
        batch, queries, validation_shapes=24, validation_points=1024, validation_resolution=32
    )
    architecture = {
        "type": encoder, "hidden": list(hidden), "embedding": embedding,
        "decoder_hidden": decoder_hidden, "decoder_frequencies": decoder_frequencies,
        "field": inrs.field, "init": inrs.init_id,
        "siren": {"width": inrs.siren.width, "depth": inrs.siren.depth},
    } | ({"options": dict(options)} if options else {})  # fmt: skip
    device = device_of(device)
    init = inrs.init and torch.from_numpy(inrs.init.weights).to(device)
    with tempfile.TemporaryDirectory() as folder, torch.random.fork_rng():
        torch.manual_seed(derive_seed(seed, "encoder"))
        shard = Path(folder, "inrs.h5")  # which the task reads as that of the workflow
        inrs.save(shard)
        task = Inr2vecTask(
            build_inr2vec(architecture), [shard], [shard], inrs.recipe.sampling, settings, seed,
            device, init=init,
        )  # fmt: skip
        plan = TrainSettings(epochs, lr, schedule="onecycle", validate_every=validate_every)
        result = train(task, plan, seed, f"{encoder} on {len(task.data)} INRs")
        task.calibrate_iso_level()
    return Inr2vecModel(
        task.model, architecture, inrs.recipe, inrs.init, f"the {encoder} trained here",
        result.history,
    )  # fmt: skip


def _with_validation(inrs: Inrs, fraction: float, seed: int) -> Inrs:
    """INRs of which some are of the split "val"."""
    if inrs.shapes is None:
        raise InputError(
            "these INRs have no shapes, which the decoder is trained on: read them with "
            "Inrs.load(path, shapes=…)"
        )
    if "val" not in inrs.splits:
        records = [
            ShapeRecord(*row, "")
            for row in zip(inrs.names, inrs.classes, inrs.splits, strict=True)
        ]  # fmt: skip
        split = {one.shape_id: one.split for one in cut_validation(records, fraction, seed)}
        inrs = replace(inrs, splits=[split[name] for name in inrs.names])
    n_train, n_val = inrs.splits.count("train"), inrs.splits.count("val")
    if n_train < 2 or not n_val:
        raise InputError(
            f"{n_train} training and {n_val} validation INRs are too few: give at least 3 INRs"
        )
    return inrs
