"""Encoders of INR weights, one a file, whose name is the `type` of an entry in the config.

A file defines a class `Encoder`, a `torch.nn.Module` that is made by
`Encoder(siren, hidden, embedding, **options)`:

    siren: the INRs' `SirenConfig`.
    hidden: a list of widths.
    embedding: the length of the embedding.
    options: the entry's `options`, the parameters after `embedding`.

Its `forward` maps flat weights (b, n_parameters) to embeddings (b, embedding). In `inrs.siren`,
`unflatten` gives the layers of flat weights, and `rows` the matrix that the published encoder
reads.

An encoder with a method `calibrate(flat, init)` is given weights (n, n_parameters) of training INRs
before it is trained, and the initial weights (n_parameters,) that they share, None where each
starts from its own. What it keeps of them must be a parameter or a registered buffer: nothing
else is in the model's file.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from inr2vec_core.errors import InputError as InputError
from inr2vec_core.utils.class_options import options_after
from inr2vec_core.utils.discovery import import_class, names_of_files, parse_defining

if TYPE_CHECKING:  # the rule files, which never import torch, ask for the names
    from torch import nn


def known_types() -> list[str]:
    """The names of all encoders: of the files beside this one, without those with an underscore."""
    return names_of_files(Path(__file__).parent)


def option_names(name: str) -> set[str] | None:
    """The options of an encoder: its constructor's parameters after `embedding`.

    The file is parsed, not imported.

    Args:
        name: an encoder's name.

    Returns:
        The names, or None where the constructor is inherited or takes any.

    Raises:
        InputError: the file is no Python, or it defines no `Encoder`.
    """
    tree = parse_defining(Path(__file__).parent / f"{name}.py", "Encoder")
    return options_after(tree, "Encoder", "embedding")


def encoder_class(name: str) -> "type[nn.Module]":
    """The class `Encoder` of a file.

    Args:
        name: an encoder's name.

    Raises:
        InputError: there is no file of this name, it cannot be imported, or it defines no
            `Encoder`.
    """
    return import_class(__name__, name, "Encoder", "encoder", known_types())
