"""Encoders of INR weights, one a file, whose name is the `type` of an entry in the config.

A file defines a class `Encoder`, a `torch.nn.Module` that is made by
`Encoder(siren, hidden, embedding, **options)`: the INRs' `SirenConfig`, a list of widths, the
length of the embedding, and the entry's `options`. It takes flat weights (b, n_parameters) to
embeddings (b, embedding). In `inrs.siren`, `unflatten` gives the layers, and `rows` the matrix
that the published encoder reads.

One that has a method `calibrate(flat)` is shown weights (n, n_parameters) of training INRs before
it is trained. What it takes from them must be a parameter or a registered buffer: nothing else is
in the model's file.
"""

import ast
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from inr2vec_core.errors import InputError

if TYPE_CHECKING:  # the rule files, which never import torch, ask for the names
    from torch import nn


def known_types() -> list[str]:
    """The names of the encoders that there are, one for each file beside this one."""
    return sorted(p.stem for p in Path(__file__).parent.glob("*.py") if not p.stem.startswith("_"))


def option_names(name: str) -> set[str] | None:
    """What the class in a file takes as options, read without importing it; None for anything."""
    tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
    classes = [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == "Encoder"]
    methods = [n for made in classes for n in made.body if isinstance(n, ast.FunctionDef)]
    taken = [method.args for method in methods if method.name == "__init__"]
    if not taken or taken[0].kwarg:  # inherited, or whatever comes
        return None
    return {argument.arg for argument in [*taken[0].args[4:], *taken[0].kwonlyargs]}


def encoder_class(name: str) -> "type[nn.Module]":
    """The encoder's class.

    Raises:
        InputError: there is no file of this name, or it defines no `Encoder`.
    """
    if name not in known_types():  # a model's file names its type: nothing else is ever imported
        raise InputError(f"no encoder {name!r}: there are {', '.join(known_types())}")
    module = import_module(f"{__name__}.{name}")
    if not isinstance(getattr(module, "Encoder", None), type):
        raise InputError(f"{module.__file__} defines no class Encoder")
    return module.Encoder
