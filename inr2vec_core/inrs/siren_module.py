"""An INR as a `torch.nn.Module`, and the weights of many in the forms that other libraries take."""

import torch
from torch import Tensor, nn

from inr2vec_core.inrs.siren import unflatten
from inr2vec_core.inrs.siren_config import SirenConfig

# Of a weight (n, outputs, inputs) and a bias (n, outputs).
LAYOUTS = {
    "linear": (lambda weight: weight, lambda bias: bias),
    "dwsnets": (lambda weight: weight.mT[..., None], lambda bias: bias[..., None]),
    "nfn": (lambda weight: weight[:, None], lambda bias: bias[:, None]),
}


class SirenModule(nn.Module):
    """One INR: linear layers, and a sine after each but the last.

    Its `state_dict` has `layers.0.weight` (width, 3), `layers.0.bias` (width,), and so on.

    Args:
        siren: its sizes.
        flat: (n_parameters,) weights in the flat order of `inrs.siren`, which are copied; SIREN's
            initialization is not made here.
    """

    def __init__(self, siren: SirenConfig, flat: Tensor):
        super().__init__()
        self.omega = siren.omega
        self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_out, n_in in siren.layers)
        with torch.no_grad():
            for layer, (weight, bias) in zip(
                self.layers, unflatten(flat[None], siren.layers), strict=True
            ):
                layer.weight.copy_(weight[0])
                layer.bias.copy_(bias[0, 0])

    def forward(self, points: Tensor) -> Tensor:
        """Plain outputs (logits) at points: (..., 3) -> (...)."""
        *hidden, last = self.layers
        for layer in hidden:
            points = torch.sin(self.omega * layer(points))
        return last(points).squeeze(-1)


def weights_and_biases(
    flat: Tensor, siren: SirenConfig, layout: str = "linear"
) -> tuple[list[Tensor], list[Tensor]]:
    """The weights and biases of INRs, layer by layer.

    Args:
        flat: (n, n_parameters) weights.
        siren: their sizes.
        layout: "linear", as `torch.nn.Linear` has them: (n, outputs, inputs) and (n, outputs);
            "dwsnets", as DWSNets and neural graphs read them: (n, inputs, outputs, 1) and
            (n, outputs, 1); "nfn", as neural functional networks do: (n, 1, outputs, inputs) and
            (n, 1, outputs).

    Returns:
        Two lists of depth + 1 tensors, which share the memory of `flat`. The sine's factor omega is
        not in them.

    Raises:
        ValueError: the layout is none of these.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout is {layout!r}: use one of {', '.join(LAYOUTS)}")
    of_weight, of_bias = LAYOUTS[layout]
    layers = unflatten(flat, siren.layers)
    return [of_weight(w) for w, _ in layers], [of_bias(b.squeeze(1)) for _, b in layers]
