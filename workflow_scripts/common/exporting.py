"""How every script that exports a shape rebuilds and writes it."""

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.export import write_shape
from inr2vec_core.modalities import Modality


def export(snakemake, what: str, modality: Modality, field, stream, device) -> None:
    """Write the shape of a field, of the size and kind that the job's wildcards name.

    Raises:
        InputError: the field has no surface; the message begins with `what`.
    """
    w = snakemake.wildcards
    try:
        shape = modality.reconstruct(field, int(w.size), stream, device)
    except BadShape as error:
        raise InputError(f"{what}: {error}") from error
    with atomic(snakemake.output[0]) as path:
        write_shape(shape, path, w.extension)
