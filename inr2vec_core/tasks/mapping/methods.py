"""The methods that make a mapping's target shape from its source."""

import numpy as np
import torch
from torch import nn

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.models.shape_decoder import ShapeDecoder
from inr2vec_core.reconstruction.attempt import shape_or_none
from inr2vec_core.tasks.mapping.pairs import Pairs
from inr2vec_core.tasks.mapping.poisson import poisson_surface
from inr2vec_core.utils.seeding import torch_stream


class MappingMethods:
    """Makes the shapes of pairs by the methods that a table compares.

    `transfer` decodes what the transfer network predicts; `decoded_target` decodes the target's
    own embedding; `input` is the source shape; `poisson` is a surface through the source cloud.

    Args:
        pairs: the embeddings of both sides.
        model: encoder and decoder of the target side; it is moved to the device.
        transfer: source embeddings (n, e) -> target embeddings (n, f); None without `transfer`.
        resolution: of the grid that meshes are cut from.
        seed: the seed of clouds' points.
        device: where embeddings are predicted and fields evaluated.
    """

    def __init__(
        self,
        pairs: Pairs,
        model: ShapeDecoder,
        transfer: nn.Module | None,
        resolution: int,
        seed: int,
        device: torch.device | str = "cpu",
    ):
        self.pairs, self._resolution, self._seed, self._device = pairs, resolution, seed, device
        self._model = model.to(device)
        self._embeddings: dict[str, np.ndarray] = {"decoded_target": pairs.y}
        if transfer is not None:
            with torch.no_grad():
                predicted = transfer.to(device)(torch.from_numpy(pairs.x).to(device))
            self._embeddings["transfer"] = predicted.cpu().numpy()

    def shape(self, method: str, row: int, source: Shape, target: Shape) -> Shape | None:
        """Make the shape of one pair.

        Args:
            method: "transfer", "decoded_target", "input" or "poisson".
            row: number of the pair.
            source: the source's shape.
            target: the target's shape, which only says how large the result is.

        Returns:
            The shape; None, and a warning, where there is no surface.
        """
        name = f"{self.pairs.source_id[row]} by {method}"
        if method == "input":
            return source
        if method == "poisson":
            return shape_or_none(lambda: poisson_surface(source), name)
        embedding = torch.from_numpy(self._embeddings[method][row]).to(self._device)
        field = self._model.decoded(embedding)
        size = target.matching_size(None, self._resolution)
        stream = torch_stream(self._seed, "mapped", self.pairs.source_id[row])
        return self._model.modality.try_reconstruct(field, size, stream, self._device, label=name)
