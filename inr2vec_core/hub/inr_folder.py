"""A data set of INRs in a folder as the Hugging Face hub has them: Parquet files, init, card."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from inr2vec_core.errors import InputError
from inr2vec_core.hub.facts import DataSet, describe_init, versions
from inr2vec_core.hub.location import CONFIG, DATA, INIT, HubName
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.hdf5 import IDENTITY, open_shard, read_strings
from inr2vec_core.io.parquet_shards import read_parquet_shard, write_parquet_shards
from inr2vec_core.io.sealed import read_json
from inr2vec_core.io.shape_columns import read_rows
from inr2vec_core.shapes.splits import SPLITS
from inr2vec_core.utils.progress import track

_KIND = "inr2vec INRs"
_FILE_BYTES, _BLOCK_BYTES = 400e6, 32e6


@dataclass(frozen=True)
class HandedOnInrs:
    """INRs as their folder holds them.

    Attributes:
        config: `config.json`: `field`, `siren`, `fit`, `queries`, `shapes` and more.
        init: where they start from.
        names: (n,) the shapes' names.
        classes: (n,) their classes.
        splits: (n,) their splits.
        losses: (n,) float32.
        weights: (n, n_parameters) float32.
    """

    config: Mapping
    init: SharedInit
    names: list[str]
    classes: list[str]
    splits: list[str]
    losses: np.ndarray
    weights: np.ndarray


def write_inrs(
    inr_files: Sequence[str | Path],
    augmentation: Mapping[str, int],
    folder: str | Path,
    file_bytes: float = _FILE_BYTES,
    block_bytes: float = _BLOCK_BYTES,
) -> dict[str, Any]:
    """Write INRs as Parquet files, each of one split; a block of them is in memory at a time.

    Columns: `shape_id`, `class`, `split`, `augmentation` (0, or the number of the augmented copy),
    `loss` and `weights`, a list of fixed size.

    Args:
        inr_files: shards of INRs.
        augmentation: of each shape and copy, by its id.
        folder: where the files shall lie.
        file_bytes: of the weights in a file, at most.
        block_bytes: of the weights in memory.

    Returns:
        `inrs`, the number of each split, and `files`: of each its `name`, `rows` and `sha256`.

    Raises:
        InputError: a shard is missing, damaged or of other INRs.
    """
    n_parameters = InrSpec.of_all(inr_files).siren.n_parameters
    block_rows, file_rows = (
        max(1, int(size / 4 / n_parameters)) for size in (block_bytes, file_bytes)
    )
    rows = [_rows_of_splits(path) for path in inr_files]
    files, numbers = [], {}
    for split in SPLITS:
        blocks = [
            (path, here[split][start : start + block_rows])
            for path, here in zip(inr_files, rows, strict=True)
            for start in range(0, len(here[split]), block_rows)
        ]
        batches = (
            _read_block(path, block, augmentation)
            for path, block in track(blocks, f"writing INRs ({split})", unit="block")
        )
        if n := sum(len(here[split]) for here in rows):
            files += write_parquet_shards(folder, split, batches, n, file_rows)
            numbers[split] = n
    return {"inrs": numbers, "files": files}


def _rows_of_splits(path: str | Path) -> dict[str, np.ndarray]:
    """The rows of each split in a shard, ascending."""
    with open_shard(path) as file:
        there = np.array(read_strings(file["split"]))
    return {split: np.flatnonzero(there == split) for split in SPLITS}


def _read_block(
    path: str | Path, rows: np.ndarray, augmentation: Mapping[str, int]
) -> pa.RecordBatch:
    with open_shard(path) as file:
        texts = {name: np.array(read_strings(file[name]), object)[rows] for name in IDENTITY}
        weights = read_rows(file["weights"], rows).astype(np.float32)
        losses = file["loss"][:][rows]
    numbers = [augmentation[name] for name in texts["shape_id"]]
    flat = pa.FixedSizeListArray.from_arrays(pa.array(weights.reshape(-1)), weights.shape[1])
    return pa.RecordBatch.from_pydict({
        **{name: pa.array(column, pa.string()) for name, column in texts.items()},
        "augmentation": pa.array(numbers, pa.int32()), "loss": pa.array(losses), "weights": flat,
    })  # fmt: skip


def describe_inrs(
    inr_files: Sequence[str | Path],
    init: SharedInit,
    data: DataSet,
    inr: str,
    queries: Mapping,
    shapes: Mapping,
) -> dict:
    """What `config.json` says, but for what `write_inrs` returns.

    Args:
        inr_files: shards of INRs.
        init: where they start from.
        data: the data set that they are of.
        inr: what they are called.
        queries: how queries were drawn, as a model's file has it.
        shapes: how shapes were prepared, as a model's file has it.

    Raises:
        InputError: the INRs start from other weights.
    """
    spec = InrSpec.of_all(inr_files)
    if spec.init != init.id:
        raise InputError(f"{init.path} is not what the INRs start from: fit them anew")
    with open_shard(inr_files[0]) as file:
        fit, code = json.loads(file.attrs["settings"]), file.attrs["code"]
    return {
        "kind": _KIND,
        "inr": inr,
        "field": spec.modality.name,
        "siren": spec.siren.describe(),
        "init": describe_init(init),
        "fit": fit,
        "queries": queries,
        "shapes": shapes,
        "data": vars(data),
        "versions": {**versions(), "code": code},
    }


def folder_of_inrs(path: str | Path) -> Path | None:
    """The folder of INRs that a path names, on this machine or downloaded from the hub.

    Args:
        path: a folder, or "owner/name" or "owner/name@revision" where nothing of this name is here.

    Returns:
        The folder; None where the path is neither.

    Raises:
        InputError: it cannot be downloaded.
    """
    if name := HubName.of(path):
        return name.inrs()
    return Path(path) if Path(path).is_dir() else None


def read_inrs(folder: str | Path) -> HandedOnInrs:
    """Read INRs that the workflow wrote into a folder.

    Args:
        folder: with `config.json`, `init.safetensors` and `data/`.

    Raises:
        InputError: it is another folder, or a file in it is missing or damaged.
    """
    if not Path(folder, CONFIG).is_file():
        raise InputError(
            f"{folder} has no {CONFIG}: give a folder of INRs that was handed on, or a shard (.h5)"
        )
    config = read_json(Path(folder, CONFIG))
    if config.get("kind") != _KIND:
        raise InputError(
            f"{folder} holds no INRs ({CONFIG} says kind: {config.get('kind')}): give that of INRs"
        )
    n, n_parameters = (
        sum(file["rows"] for file in config["files"]), config["siren"]["n_parameters"]
    )  # fmt: skip
    weights, losses = np.empty((n, n_parameters), np.float32), np.empty(n, np.float32)
    texts: list[list[str]] = [[] for _ in IDENTITY]
    for batch in track(
        _batches(Path(folder, DATA), config["files"]), "reading INRs", None, "block"
    ):
        rows = slice(len(texts[0]), len(texts[0]) + len(batch))
        weights[rows] = batch["weights"].flatten().to_numpy().reshape(-1, n_parameters)
        losses[rows] = batch["loss"].to_numpy()
        for column, name in zip(texts, IDENTITY, strict=True):
            column += batch[name].to_pylist()
    return HandedOnInrs(config, SharedInit.read(Path(folder, INIT)), *texts, losses, weights)


def _batches(folder: Path, files: Sequence[Mapping]) -> Iterator[pa.RecordBatch]:
    for file in files:
        yield from read_parquet_shard(folder / file["name"], file["sha256"])
