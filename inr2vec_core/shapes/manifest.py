"""The manifest of a data set: a row for each shape and augmented copy of all shards."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from inr2vec_core.errors import InputError
from inr2vec_core.io.frames import read_frame
from inr2vec_core.io.hdf5 import older_file, open_shard, read_strings
from inr2vec_core.shapes.catalog import Rejected
from inr2vec_core.shapes.pairing import FRAME
from inr2vec_core.shapes.splits import SPLITS, check_splits
from inr2vec_core.utils.text import printable

COLUMNS = (
    "shape_id", "class", "split", "source_file", "augmentation", "shard", "preparation",
    "occupied", *FRAME,
)  # fmt: skip
SHOWN = 10  # shapes set aside that a message names


def manifest_of_shards(shards: Sequence[str | Path]) -> pd.DataFrame:
    """Collect the manifest from the shards of shapes.

    Args:
        shards: the files of the shards, in the order of their numbers.

    Returns:
        A row for each shape and copy, sorted by `shape_id`, with the columns `shape_id`, `class`,
        `split`, `source_file`, `augmentation` (0, or the number of the copy), `shard`,
        `preparation` (how the shape was prepared), `occupied` (the share of occupied voxels; NaN
        without voxels) and those of `FRAME` (NaN without a frame).
    """
    frames = []
    for number, path in enumerate(shards):
        with open_shard(path) as file:
            columns = {
                name: read_strings(file[name])
                for name in ("shape_id", "class", "split", "source_file")
            }
            columns |= {"augmentation": file["augmentation"][:], "shard": number}
            columns |= {"preparation": read_strings(file["preparation"])}
            columns |= {"occupied": file["occupied"][:]}
            frame = [*file["center"][:].T, file["scale"][:]]
            columns |= dict(zip(FRAME, frame, strict=True))
            frames.append(pd.DataFrame(columns))
    return pd.concat(frames).sort_values("shape_id", ignore_index=True)


def read_manifest(path: str | Path) -> pd.DataFrame:
    """Read a manifest that was written as parquet.

    Raises:
        InputError: The file is missing or damaged, or lacks a column that `manifest_of_shards`
            writes.
    """
    manifest = read_frame(path)
    for name in COLUMNS:
        if name not in manifest:
            raise older_file(path, name)
    return manifest


def check_manifest(manifest: pd.DataFrame, needs_splits: bool) -> None:
    """Check that a data set has the shapes that it is used for.

    Args:
        manifest: as `manifest_of_shards` returns it.
        needs_splits: whether every class needs shapes in every split, as trainings do.

    Raises:
        InputError: there are no shapes, or too few for the splits.
    """
    if manifest.empty:
        raise InputError("no shape is left; nothing can be done with this data set")
    if needs_splits:
        check_splits(zip(manifest["class"], manifest["split"], strict=True), SPLITS)


def training_shapes_without_copies(manifest: pd.DataFrame) -> int:
    """How many training shapes have no augmented copy.

    Args:
        manifest: as `manifest_of_shards` returns it.
    """
    train = manifest[manifest["split"] == "train"]
    originals = set(train["shape_id"][train["augmentation"] == 0])
    copied = (name.rpartition("@")[0] for name in train["shape_id"][train["augmentation"] > 0])
    return len(originals - set(copied))


def describe_rejected(rejected: Sequence[Rejected]) -> str:
    """The first shapes that were set aside, a line each with the reason."""
    shown = "\n".join(
        f"  {printable(f'{bad.source_file}: {bad.reason}')}" for bad in rejected[:SHOWN]
    )
    more = len(rejected) - SHOWN
    return f"{shown}\n  ... and {more} more" if more > 0 else shown
