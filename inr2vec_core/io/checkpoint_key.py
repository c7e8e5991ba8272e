"""Keys of training checkpoints: what a training depends on, as a hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from inr2vec_core.io.hdf5 import open_shard, read_strings

_COLUMNS = ("loss", "points", "parts", "vertices", "faces", "voxels")
_MEASUREMENTS = ("wall_seconds", "peak_mib")  # attributes that differ from run to run


def hash_arrays(*arrays: np.ndarray) -> str:
    """Hash the values of arrays, as one of the settings that `checkpoint_key` takes.

    Args:
        arrays: arrays of any shape and type.

    Returns:
        32 hexadecimal digits.
    """
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def checkpoint_key(settings: Mapping, shards: Sequence[str | Path]) -> str:
    """Hash what a training depends on; a checkpoint of another key is not resumed.

    Args:
        settings: the settings of the training; their order does not matter.
        shards: HDF5 shards that are trained on. Their geometry and losses count, and the
            attributes that say how they were computed.

    Returns:
        32 hexadecimal digits.
    """
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
    for path in shards:
        with open_shard(path) as file:
            attrs = {k: str(v) for k, v in file.attrs.items() if k not in _MEASUREMENTS}
            digest.update(json.dumps(attrs).encode())
            for name in _COLUMNS:
                if name in file:
                    digest.update(file[name][:])
            if "part_names" in file:
                digest.update("\n".join(read_strings(file["part_names"])).encode())
    return digest.hexdigest()
