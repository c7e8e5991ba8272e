"""What the INRs of one entry have in common, read from any of their shards."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from torch import Tensor

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.neural_field import InrField
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.hdf5 import open_shard
from inr2vec_core.modalities import Modality, modality


def start_id(weights: np.ndarray) -> str:
    """What tells initial weights (n_parameters,) from others: the beginning of their SHA-256."""
    return hashlib.sha256(weights.tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class InrSpec:
    """What the INRs of an entry have in common.

    Attributes:
        siren: their sizes.
        modality: the form of the shapes and the field they are fitted to.
        loss: the loss they are fitted with.
        start: identifies the initial weights that they share (`start_id`); "" where that is
            unknown, or each has its own.
    """

    siren: SirenConfig
    modality: Modality
    loss: str
    start: str = ""

    @classmethod
    def of(cls, inr_file: str | Path) -> "InrSpec":
        """The specification of the INRs in a shard.

        Args:
            inr_file: the shard.

        Raises:
            InputError: the file is not readable, or no modality has the name of its field.
        """
        with open_shard(inr_file) as file:
            siren, settings = (json.loads(file.attrs[k]) for k in ("siren", "settings"))
            sizes = SirenConfig(siren["width"], siren["depth"])
            field, start = file.attrs["field"], file.attrs["start"]
            return cls(sizes, modality(field), settings["loss"], start)

    @classmethod
    def of_all(cls, inr_files: Sequence[str | Path]) -> "InrSpec":
        """The specification of INRs in several shards, which must have it in common.

        Args:
            inr_files: the shards.

        Raises:
            InputError: two differ, or a file is not readable.
        """
        specs = [cls.of(path) for path in inr_files]
        for path, spec in zip(inr_files, specs, strict=True):
            if spec != specs[0]:
                same = spec.start == specs[0].start
                what = "are not as" if same else "start from other weights than"
                raise InputError(
                    f"the INRs of {path} {what} those of {inr_files[0]}: an encoder needs INRs "
                    "that are fitted alike (a learned init for both: inits.*.learned_on)"
                )
        return specs[0]

    def fields(self, weights: Tensor) -> Sequence[InrField]:
        """The fields of INRs.

        Args:
            weights: (b, n_parameters), on the device where fields will be evaluated.
        """
        values = partial(self.modality.values, loss=self.loss)
        return [InrField(flat, self.siren, values) for flat in weights]
