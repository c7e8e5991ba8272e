"""Trained models in safetensors files that carry the description they are built from."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from inr2vec_core.errors import InputError
from inr2vec_core.io.atomic import atomic


def save_model(model: nn.Module, description: Mapping, path: str | Path, **metadata) -> None:
    """Write a model's weights and description to a safetensors file.

    Args:
        model: the model; its weights are written as they are.
        description: what `load_model` builds the model from; anything that JSON can hold.
        path: the file to write.
        metadata: further entries of the file's header, stored as text.
    """
    header = {"architecture": json.dumps(description)}
    header |= {name: str(value) for name, value in metadata.items()}
    with atomic(path) as temporary:
        save_file(
            {k: v.contiguous().cpu() for k, v in model.state_dict().items()}, temporary, header
        )


def load_model(path: str | Path, build: Callable[[Mapping], nn.Module]) -> tuple[nn.Module, dict]:
    """Read a model that `save_model` wrote.

    Args:
        path: the safetensors file.
        build: makes the untrained model from its description.

    Returns:
        The model in evaluation mode, and its description.

    Raises:
        InputError: the file does not hold such a model.
    """
    try:
        description = json.loads(read_metadata(path)["architecture"])
        model = build(description)
        model.load_state_dict(load_file(path))
    except Exception as error:
        raise InputError(f"{path}: no such model ({error}); remove it and run again") from error
    return model.eval(), description


def read_metadata(path: str | Path) -> dict[str, str]:
    """The header that `save_model` wrote: "architecture" (JSON) and the further entries."""
    with safe_open(path, "pt") as file:
        return file.metadata()


def parse_bool(text: str) -> bool | None:
    """A truth value from a file's metadata: "True", "False", or None for anything else."""
    return {"True": True, "False": False}.get(text)
