"""A data set's INRs as fields: what they stand for themselves, and what their embeddings do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from .autoencoding import Inr2vec, embed
from .errors import InputError
from .fields import values_of
from .inr_field import InrField
from .reconstruction import Field
from .siren import SirenShape
from .storage import open_shard


@dataclass(frozen=True)
class InrKind:
    """What the INRs of an entry have in common: sizes, field, and the loss of their fitting."""

    siren: SirenShape
    field: str
    loss: str

    @classmethod
    def of(cls, inr_file: str | Path) -> "InrKind":
        """The kind of the INRs in a shard."""
        with open_shard(inr_file) as file:
            siren, settings = (json.loads(file.attrs[k]) for k in ("siren", "settings"))
            return cls(
                SirenShape(siren["width"], siren["depth"]), file.attrs["field"], settings["loss"]
            )

    def fields(self, weights: Tensor, model: Inr2vec | None = None) -> Sequence[Field]:
        """The fields of INRs, or those that a model decodes from their embeddings.

        Args:
            weights: (b, n_parameters), on the device where fields will be evaluated.

        Raises:
            InputError: the model was trained on INRs of another kind.
        """
        if model is None:
            values = values_of(self.field, self.loss)
            return [InrField(flat, self.siren, values) for flat in weights]
        self.check(model)
        return [model.decoded(embedding) for embedding in embed(model.encoder, weights)]

    def check(self, model: Inr2vec) -> None:
        """Checks that a model was trained on INRs of this kind.

        Raises:
            InputError: it was not.
        """
        if (model.field, model.siren) != (self.field, self.siren):
            raise InputError(
                f"the encoder was trained on {model.field} INRs of {model.siren}, these "
                f"are {self.field} INRs of {self.siren}: take one that was trained on such"
            )
