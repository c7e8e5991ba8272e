"""Random streams that depend on what they are drawn for, never on order, shard or core count."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def derive_seed(seed: int, *names: str | int) -> int:
    """A 63-bit seed from the run's seed and the names of what is drawn.

    Args:
        seed: the run's seed.
        names: what the seed is for, such as the stage, the shape and the epoch.

    >>> derive_seed(0, "queries", "chair/1") == derive_seed(0, "queries", "chair/1")
    True
    """
    text = "\x1f".join([str(int(seed)), *map(str, names)])
    # Names of files that are not UTF-8 have lone surrogates; they are set aside later.
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def numpy_stream(seed: int, *names: str | int) -> np.random.Generator:
    """A NumPy generator of its own for these names; see `derive_seed`."""
    return np.random.default_rng(derive_seed(seed, *names))


def torch_stream(seed: int, *names: str | int) -> "torch.Generator":
    """A torch CPU generator of its own for these names; see `derive_seed`."""
    import torch  # here, because the rule files draw shapes by `derive_seed`

    return torch.Generator().manual_seed(derive_seed(seed, *names))
