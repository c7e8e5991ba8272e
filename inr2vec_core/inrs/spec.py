"""What the INRs of one entry have in common, read from any of their shards."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from inr2vec_core.inrs.fields import values_of
from inr2vec_core.inrs.neural_field import InrField
from inr2vec_core.inrs.siren import SirenConfig
from inr2vec_core.io.hdf5 import open_shard


@dataclass(frozen=True)
class InrSpec:
    """What the INRs of an entry have in common: sizes, field, and the loss of their fitting."""

    siren: SirenConfig
    field: str
    loss: str

    @classmethod
    def of(cls, inr_file: str | Path) -> "InrSpec":
        """The specification of the INRs in a shard."""
        with open_shard(inr_file) as file:
            siren, settings = (json.loads(file.attrs[k]) for k in ("siren", "settings"))
            return cls(
                SirenConfig(siren["width"], siren["depth"]), file.attrs["field"], settings["loss"]
            )

    def fields(self, weights: Tensor) -> Sequence[InrField]:
        """The fields of INRs.

        Args:
            weights: (b, n_parameters), on the device where fields will be evaluated.
        """
        values = values_of(self.field, self.loss)
        return [InrField(flat, self.siren, values) for flat in weights]
