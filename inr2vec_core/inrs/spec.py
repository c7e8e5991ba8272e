"""What the INRs of one entry have in common, read from any of their shards."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch import Tensor

from inr2vec_core.inrs.neural_field import InrField
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.hdf5 import open_shard
from inr2vec_core.modalities import Modality, modality


@dataclass(frozen=True)
class InrSpec:
    """What the INRs of an entry have in common.

    Attributes:
        siren: their sizes.
        modality: the form of the shapes and the field they are fitted to.
        loss: the loss they are fitted with.
    """

    siren: SirenConfig
    modality: Modality
    loss: str

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
            return cls(sizes, modality(file.attrs["field"]), settings["loss"])

    def fields(self, weights: Tensor) -> Sequence[InrField]:
        """The fields of INRs.

        Args:
            weights: (b, n_parameters), on the device where fields will be evaluated.
        """
        values = partial(self.modality.values, loss=self.loss)
        return [InrField(flat, self.siren, values) for flat in weights]
