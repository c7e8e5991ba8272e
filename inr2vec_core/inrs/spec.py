"""What the INRs of one entry have in common, read from any of their shards."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from torch import Tensor

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.neural_field import InrField
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.hdf5 import open_shard
from inr2vec_core.modalities import Modality, modality

EACH = "each its own"


def init_id(weights: np.ndarray) -> str:
    """What tells initial weights (n_parameters,) from others: the beginning of their SHA-256."""
    return hashlib.sha256(weights.tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class InrSpec:
    """What the INRs of an entry have in common.

    Attributes:
        siren: their sizes.
        modality: the form of the shapes and the field they are fitted to.
        loss: the loss they are fitted with.
        init: identifies the initial weights that they share (`init_id`); `EACH` where each has its
            own, "" where that is unknown.
    """

    siren: SirenConfig
    modality: Modality
    loss: str
    init: str = ""

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
            field, init = file.attrs["field"], file.attrs["init"]
            return cls(sizes, modality(field), settings["loss"], init)

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
            if replace(spec, init=specs[0].init) != specs[0]:
                raise InputError(
                    f"the INRs of {path} have other sizes, another field or another loss than "
                    f"those of {inr_files[0]}: an encoder needs INRs that are fitted alike"
                )
            if spec.init != specs[0].init:
                raise InputError(
                    f"the INRs of {path} start from other weights than those of {inr_files[0]}: "
                    "fit both from the same (the same seed, or one learned init: "
                    "inits.*.learned_on)"
                )
        return specs[0]

    def fields(self, weights: Tensor) -> Sequence[InrField]:
        """The fields of INRs.

        Args:
            weights: (b, n_parameters), on the device where fields will be evaluated.
        """
        values = partial(self.modality.values, loss=self.loss)
        return [InrField(flat, self.siren, values) for flat in weights]
