"""Networks in files that carry the description they are built from, and keys of checkpoints."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from inr2vec_core.errors import InputError
from inr2vec_core.io.atomic import atomic


def save_described(model: nn.Module, description: Mapping, path: str | Path, **metadata) -> None:
    """Write a model's weights with the description it is built from (safetensors)."""
    header = {"architecture": json.dumps(description)}
    header |= {name: str(value) for name, value in metadata.items()}
    with atomic(path) as temporary:
        save_file(
            {k: v.contiguous().cpu() for k, v in model.state_dict().items()}, temporary, header
        )


def load_described(
    path: str | Path, build: Callable[[Mapping], nn.Module]
) -> tuple[nn.Module, dict]:
    """Read a model that `save_described` wrote, in evaluation mode, and its description.

    Args:
        build: makes the untrained model from its description.

    Raises:
        InputError: the file is no such model.
    """
    try:
        description = json.loads(metadata_of(path)["architecture"])
        model = build(description)
        model.load_state_dict(load_file(path))
    except Exception as error:
        raise InputError(f"{path}: no such model ({error}); remove it and run again") from error
    return model.eval(), description


def metadata_of(path: str | Path) -> dict[str, str]:
    """What `save_described` wrote beside the weights."""
    with safe_open(path, "pt") as file:
        return file.metadata()


def parse_bool(text: str) -> bool | None:
    """A truth value of a file's metadata; None where it was not known."""
    return {"True": True, "False": False}.get(text)
