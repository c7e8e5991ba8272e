"""The field that a decoder gives for one embedding."""

import copy

from torch import Tensor, nn

from inr2vec_core.inrs.neural_field import ChunkedField, ToValues
from inr2vec_core.ops.autograd import value_and_gradient


class DecoderField(ChunkedField):
    """The field that a decoder gives for one embedding; the gradient is autograd's.

    Args:
        decoder: embeddings (b, e) and coordinates (b, q, 3) -> outputs (b, q), with the width of
            its layers in `hidden`; its parameters are neither copied nor changed.
        embedding: (e,), on the device of the decoder and the points.
        to_values: as for `InrField`.
        chunk: as for `InrField`.
    """

    def __init__(
        self,
        decoder: nn.Module,
        embedding: Tensor,
        to_values: ToValues,
        chunk: int | None = None,
    ):
        super().__init__(embedding, decoder.hidden, chunk)
        self._to_values = to_values
        self._embedding = embedding.detach()[None]
        # The same memory without gradients, so that autograd keeps nothing for the decoder's own.
        # A copy, because `functional_call` changes the module while it runs, and chunks are
        # evaluated in several threads.
        frozen = {id(p): nn.Parameter(p.detach(), False) for p in decoder.parameters()}
        self._decoder = copy.deepcopy(decoder, frozen)

    def _values(self, points: Tensor, worker: int = 0) -> Tensor:
        return self._to_values(self._decoder(self._embedding, points[None])[0])

    def _values_and_gradients(self, points: Tensor, worker: int) -> tuple[Tensor, Tensor]:
        return value_and_gradient(self._values, points)
