"""The fields that methods give of a data set's shapes, with the shapes beside them."""

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.embeddings import embeddings_by_shape
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.modalities import Modality
from inr2vec_core.models.inr2vec import Inr2vec, fields_of
from inr2vec_core.models.shape_decoder import ShapeDecoder
from inr2vec_core.reconstruction.extract import Field


class ShapeFields(ABC):
    """Shapes, and the field that a method gives of each.

    Attributes:
        data: the shapes.
        modality: what they are.
    """

    data: ShardedShapes
    modality: Modality

    @abstractmethod
    def field(self, row: int) -> Field:
        """The field of a row of `data`."""


class InrFields(ShapeFields):
    """Fields of INRs, or those that inr2vec decodes from their embeddings.

    Args:
        data: the INRs, with their shapes where these are read.
        spec: what the INRs have in common.
        device: where fields are evaluated.
        model: on that device; None for the INRs' own fields.
    """

    def __init__(
        self,
        data: ShardedShapes,
        spec: InrSpec,
        device: torch.device,
        model: Inr2vec | None = None,
    ):
        self.data, self.modality = data, spec.modality
        self._spec, self._device, self._model = spec, device, model

    def field(self, row: int) -> Field:
        weights = self.data.read(np.array([row]), ("weights",))["weights"]
        (field,) = fields_of(self._spec, torch.from_numpy(weights).to(self._device), self._model)
        return field


class CodeFields(ShapeFields):
    """Fields that a model decodes from codes in a file.

    Args:
        data: the shapes; those without a code are left out.
        codes: the file of their codes.
        device: where fields are evaluated.
        model: on that device.

    Raises:
        InputError: the file cannot be read, or has none of the shapes.
    """

    def __init__(
        self, data: ShardedShapes, codes: str | Path, device: torch.device, model: ShapeDecoder
    ):
        self._codes, self._device, self._model = embeddings_by_shape(codes), device, model
        known = [row for row, name in enumerate(data.shape_id) if name in self._codes]
        if not known:
            raise InputError(f"{codes} has a code of none of the shapes: remove it and run again")
        self.data, self.modality = data.subset(known), model.modality

    def field(self, row: int) -> Field:
        code = torch.from_numpy(self._codes[self.data.shape_id[row]])
        return self._model.decoded(code.to(self._device))
