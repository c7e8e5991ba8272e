"""How every script that exports a shape reconstructs and writes it."""

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.io.export import export_shape
from inr2vec_core.modalities import Modality


def export(snakemake, what: str, modality: Modality, field, stream, device) -> None:
    """Write the shape of a field, of the size and kind that the job's wildcards name.

    Args:
        snakemake: the job, with the wildcard `size`; its output's ending is the kind of file.
        what: names the shape in the error message.
        modality: how shapes are reconstructed from fields.
        field: the field, on the device.
        stream: the random stream of a cloud's points.
        device: where the field is evaluated.

    Raises:
        InputError: the field has no surface; the message begins with `what`.
    """
    try:
        shape = modality.reconstruct(field, int(snakemake.wildcards.size), stream, device)
    except BadShape as error:
        raise InputError(f"{what}: {error}") from error
    export_shape(shape, snakemake.output[0])
