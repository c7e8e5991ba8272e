"""Keys of checkpoints: what a result depends on, as a hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from inr2vec_core.io.hdf5 import read_strings


def hash_arrays(*arrays: np.ndarray) -> str:
    """Hash of what arrays hold, as `fingerprint` takes it among its settings."""
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def fingerprint(settings: Mapping, shards: Sequence[str | Path]) -> str:
    """A key for checkpoints: settings, and of each shard how and from what it was made."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
    for path in shards:
        with h5py.File(path, "r") as file:
            digest.update(
                json.dumps(
                    {
                        k: str(v)
                        for k, v in file.attrs.items()
                        if k not in ("wall_seconds", "peak_mib")
                    }
                ).encode()
            )
            for name in ("loss", "points", "parts", "vertices", "faces", "voxels"):
                if name in file:
                    digest.update(file[name][:])
            if "part_names" in file:
                digest.update("\n".join(read_strings(file["part_names"])).encode())
    return digest.hexdigest()
