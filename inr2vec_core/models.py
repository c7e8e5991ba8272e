"""inr2vec models built from a description, and kept in files that carry it."""

from collections.abc import Mapping
from pathlib import Path

from torch import nn

from .autoencoding import Inr2vec
from .decoder import ImplicitDecoder
from .described import load_described, save_described
from .encoders import encoder_class
from .errors import InputError
from .siren import SirenShape


def build_inr2vec(architecture: Mapping) -> Inr2vec:
    """An untrained model.

    Args:
        architecture: `type` (a file in `encoders/`), `hidden`, `embedding`, `options` if any,
            `decoder_hidden`, `decoder_frequencies`, `siren` with the INRs' `width` and `depth`,
            and their `field`; `shift` of the decoder's logits, 0 if there is none.
    """
    siren = SirenShape(**architecture["siren"])
    encoder = build_encoder(architecture, siren)
    decoder = ImplicitDecoder(
        *(architecture[k] for k in ("embedding", "decoder_hidden", "decoder_frequencies"))
    )
    return Inr2vec(encoder, decoder, siren, architecture["field"], architecture.get("shift", 0.0))


def build_encoder(architecture: Mapping, siren: SirenShape) -> nn.Module:
    """An untrained encoder of INRs of these sizes; the keys as for `build_inr2vec`.

    Raises:
        InputError: there is no such type, or it does not take these options.
    """
    name, options = architecture["type"], architecture.get("options", {})
    try:
        return encoder_class(name)(
            siren, architecture["hidden"], architecture["embedding"], **options
        )
    except TypeError as error:
        raise InputError(f"an encoder of type {name} with options {options}: {error}") from error


def save_inr2vec(model: Inr2vec, architecture: Mapping, path: str | Path, **metadata) -> None:
    """Write the model's weights with its description and further metadata (safetensors)."""
    save_described(model, architecture, path, **metadata)


def load_inr2vec(path: str | Path) -> Inr2vec:
    """Read a model that `save_inr2vec` wrote, in evaluation mode.

    Raises:
        InputError: the file is no such model.
    """
    return load_described(path, build_inr2vec)[0]
