"""Fitting with matrix products in bfloat16: weights, losses and Adam stay in float32."""

import torch
from torch import Tensor

from inr2vec_core.inrs.kernels import rounded_kernels_for
from inr2vec_core.inrs.siren_batch import SirenBatch
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.losses import LossAndGradient


class RoundedBatch(SirenBatch):
    """b SIRENs whose products between hidden layers read bfloat16.

    The two products of the backward pass always do; those of the forward pass where `forward` says
    so. The first layer, whose pre-activations are large, and the last one are in float32.

    Args:
        flat: (b, n_parameters) float32 initial weights in the flat order of `siren.py`.
        siren: sizes of the INRs.
        chunk: queries per INR that go through the network at once; the buffers' length.
        forward: whether the forward pass reads bfloat16 too.
    """

    def __init__(self, flat: Tensor, siren: SirenConfig, chunk: int, forward: bool):
        super().__init__(flat, siren, chunk, rounded_kernels_for(flat))
        self._forward = forward
        self._rounded_parameters = self.parameters.bfloat16()
        self._rounded_layers = self._by_layer(self._rounded_parameters)

    def step(self, coords: Tensor, labels: Tensor, loss: LossAndGradient) -> Tensor:
        self._rounded_parameters.copy_(self.parameters)
        return super().step(coords, labels, loss)

    def _new_memories(self, flat: Tensor, size: int) -> list[Tensor]:
        """Cosines of each layer and the sines of one; rounded, as `_add_gradients` names them."""
        rows = self.siren.depth + 1
        return [flat.new_empty(rows, size), flat.new_empty(rows, size, dtype=torch.bfloat16)]

    def _add_gradients(
        self, coords: Tensor, labels: Tensor, loss: LossAndGradient, share: float
    ) -> Tensor:
        kernels, depth = self._kernels, self.siren.depth
        layers, gradients = self._layer_views, self._gradient_views
        tensors, views = self._buffers_of(labels.shape[1])
        cosines, cosine_views = tensors[:depth], views[:depth]
        sines, sine_view = tensors[depth], views[depth]
        # Rounded sines of all layers but the last, what goes back through a layer, and its delta.
        kept, (upstream, delta) = tensors[depth + 1 : -2], tensors[-2:]
        kept_views, (upstream_view, delta_view) = views[depth + 1 : -2], views[-2:]
        coords_view = kernels.view(coords)

        kernels.first_layer(coords_view, *layers[0], sine_view, kept_views[0], cosine_views[0])
        for k in range(1, depth):
            if self._forward:
                weight = self._rounded_layers[k][0].transpose(1, 2)
                cosines[k].copy_(torch.bmm(kept[k - 1], weight, out=upstream))
            else:
                torch.bmm(sines, self._layers[k][0].transpose(1, 2), out=cosines[k])
            if k < depth - 1:
                kernels.sine_cosine(cosine_views[k], layers[k][1], sine_view, kept_views[k])
            else:
                kernels.last_sine_cosine(cosine_views[k], layers[k][1], sine_view)
        value, gradient = self._head(sine_view, labels, loss, share)

        kernels.head_gradient(
            kernels.view(gradient), layers[-1][0], sine_view, cosine_views[-1], delta_view,
            gradients[-1][0], gradients[-2][1],
        )  # fmt: skip
        for k in reversed(range(1, depth)):
            self._gradients[k][0].add_(torch.bmm(delta.transpose(1, 2), kept[k - 1]))
            torch.bmm(delta, self._rounded_layers[k][0], out=upstream)
            if k > 1:
                kernels.hidden_gradient(
                    upstream_view, cosine_views[k - 1], delta_view, gradients[k - 1][1]
                )
        kernels.first_gradient(upstream_view, cosine_views[0], coords_view, *gradients[0])
        return value
