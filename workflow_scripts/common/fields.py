"""How scripts find the fields that a method gives of shapes."""

from collections.abc import Sequence

import torch

from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.load import load_shape_decoder
from inr2vec_core.models.shape_fields import CodeFields, InrFields, ShapeFields


def fields_of_job(snakemake, device: torch.device, decoded: bool = True) -> ShapeFields:
    """The fields of a job's method.

    Args:
        snakemake: the job, with the inputs that `load_fields` takes; `model` is a list of at most
            one file.
        device: where fields are evaluated.
        decoded: False for the fields of INRs themselves, though there is a model.

    Raises:
        InputError: a file cannot be read, or the model is of other INRs.
    """
    inputs = snakemake.input
    model = inputs.model[0] if decoded and inputs.model else None
    return load_fields(device, inputs.get("shapes"), inputs.get("inrs"), model, inputs.get("codes"))


def load_fields(
    device: torch.device,
    shapes: Sequence[str] | None,
    inrs: Sequence[str] | None = None,
    model: str | None = None,
    codes: str | None = None,
) -> ShapeFields:
    """The fields of INRs, of their embeddings, or of a shared network's codes.

    Args:
        device: where fields are evaluated.
        shapes: shards of shapes; None where INRs' shapes are not read.
        inrs: shards of INRs.
        model: what decodes embeddings or codes; None for the fields of INRs.
        codes: the codes of a shared network, whose shapes have no INRs.

    Raises:
        InputError: a file cannot be read, or the model is of other INRs.
    """
    decoder = load_shape_decoder(model).to(device) if model else None
    if codes:
        return CodeFields(ShardedShapes(shapes, shapes), codes, device, decoder)
    return InrFields(ShardedShapes(inrs, shapes), InrSpec.of(inrs[0]), device, decoder)
