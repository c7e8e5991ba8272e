"""The ways by which a mapping's target shape is made of its source."""

import torch

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.checkpoints import load_model
from inr2vec_core.models.inr2vec import load_inr2vec
from inr2vec_core.models.transfer import build_transfer
from inr2vec_core.reconstruction.attempt import shape_or_none
from inr2vec_core.tasks.mapping.pairs import Pairs
from inr2vec_core.tasks.mapping.poisson import poisson_surface
from inr2vec_core.utils.seeding import torch_stream


class MappingMethods:
    """Makes shapes by the methods of a table's row.

    `transfer` decodes what the transfer network predicts; `decoded_target` the target's own
    embedding; `input` is the source shape; `poisson` a surface through the source cloud.
    """

    def __init__(self, given, pairs: Pairs, resolution: int, seed: int, device):
        self.pairs, self._resolution, self._seed, self._device = pairs, resolution, seed, device
        self._decoder = load_inr2vec(given.model).to(device)
        self._embeddings = {"decoded_target": pairs.y}
        if given.get("network"):
            network = load_model(given.network, build_transfer)[0].to(device)
            with torch.no_grad():
                predicted = network(torch.from_numpy(pairs.x).to(device))
            self._embeddings["transfer"] = predicted.cpu().numpy()

    def shape(self, method: str, row: int, source: Shape, target: Shape) -> Shape | None:
        """The shape of one pair; None, and a warning, where there is no surface."""
        name = f"{self.pairs.source_id[row]} by {method}"
        if method == "input":
            return source
        if method == "poisson":
            return shape_or_none(lambda: poisson_surface(source), name)
        embedding = torch.from_numpy(self._embeddings[method][row]).to(self._device)
        field, size = self._decoder.decoded(embedding), target.matching_size(None, self._resolution)
        stream = torch_stream(self._seed, "mapped", self.pairs.source_id[row])
        return self._decoder.modality.try_reconstruct(field, size, stream, self._device, label=name)
