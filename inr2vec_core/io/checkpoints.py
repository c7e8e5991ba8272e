"""Trained models in safetensors files that carry the description they are built from."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load, save
from torch import nn

from inr2vec_core.io.file_errors import RESULT, reading
from inr2vec_core.io.sealed import OPEN_SEAL, read_sealed, write_sealed

_KIND, _CHECKSUM, _BESIDE = "safetensors file", "checksum", "beside"


def save_model(
    model: nn.Module,
    description: Mapping,
    path: str | Path,
    beside: Mapping[str, np.ndarray] | None = None,
    half: bool = False,
    **metadata,
) -> None:
    """Write a model's weights and description to a safetensors file.

    Args:
        model: the model; its weights are written as they are, unless `half`.
        description: what `load_model` builds the model from; anything that JSON can hold.
        path: the file to write.
        beside: arrays that the file carries and the model does not have, by other names than its
            weights; `load_arrays` reads them, too.
        half: whether to store the model's matrices as float16; `load_model` reads them as the
            model has them. Vectors, such as the spread of each weight, stay as they are.
        metadata: further entries of the file's header, stored as text.
    """
    header = {"architecture": json.dumps(description)}
    header |= {name: str(value) for name, value in metadata.items()}
    tensors = {k: v.contiguous().cpu() for k, v in model.state_dict().items()}
    if half:
        tensors = {k: v.half() if v.ndim > 1 else v for k, v in tensors.items()}
    if beside:
        header[_BESIDE] = json.dumps(sorted(beside))
        tensors |= {name: torch.from_numpy(array) for name, array in beside.items()}
    _write(path, tensors, header)


def load_model(path: str | Path, build: Callable[[Mapping], nn.Module]) -> tuple[nn.Module, dict]:
    """Read a model that `save_model` wrote.

    Args:
        path: the safetensors file.
        build: makes the untrained model from its description.

    Returns:
        The model in evaluation mode, and its description.

    Raises:
        InputError: the file is missing or damaged, or does not hold such a model.
    """
    with reading(path, _KIND, RESULT):
        content = read_sealed(path)
        header = _header(content)
        description = json.loads(header["architecture"])
        model = build(description)
        beside = json.loads(header.get(_BESIDE, "[]"))
        model.load_state_dict({k: v for k, v in load(content).items() if k not in beside})
    return model.eval(), description


def read_metadata(path: str | Path) -> dict[str, str]:
    """Read the header that `save_model` wrote.

    Args:
        path: the safetensors file.

    Returns:
        "architecture" (JSON) and the further entries.

    Raises:
        InputError: the file is missing or damaged.
    """
    with reading(path, _KIND, RESULT):
        return _header(read_sealed(path))


def save_array(path: str | Path, array: np.ndarray, **metadata: str) -> None:
    """Write one array, by the name of `weights`, to a safetensors file.

    Args:
        path: the file to write.
        array: the array.
        metadata: entries of the file's header.
    """
    _write(path, {"weights": torch.from_numpy(array)}, metadata)


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read the arrays that `save_array` or `save_model` wrote, by name.

    Args:
        path: the safetensors file.

    Raises:
        InputError: the file is missing or damaged.
    """
    with reading(path, _KIND, RESULT):
        return {name: tensor.numpy() for name, tensor in load(read_sealed(path)).items()}


def _write(path: str | Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Write tensors with a checksum; the header is sorted, for safetensors shuffles it."""
    content = save(tensors, metadata | {_CHECKSUM: OPEN_SEAL})
    header, data = _split(content)
    text = json.dumps(header, sort_keys=True).encode()
    text += b" " * (-len(text) % 8)
    write_sealed(path, len(text).to_bytes(8, "little") + text + data)


def _header(content: bytes) -> dict[str, str]:
    """The text entries of a file's header."""
    metadata = _split(content)[0]["__metadata__"]
    del metadata[_CHECKSUM]
    return metadata


def _split(content: bytes) -> tuple[dict, memoryview]:
    """The header, JSON after eight bytes that say its length, and the tensors."""
    stop = 8 + int.from_bytes(content[:8], "little")
    return json.loads(content[8:stop]), memoryview(content)[stop:]


def parse_bool(text: str) -> bool | None:
    """A truth value from a file's metadata: "True", "False", or None for anything else."""
    return {"True": True, "False": False}.get(text)
