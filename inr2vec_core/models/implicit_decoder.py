"""inr2vec's implicit decoder: embedding and query in, field value out (paper, Fig. 13)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def encode_coordinates(coords: Tensor, frequencies: int = 10) -> Tensor:
    """Positional encoding: the coordinates, then sin(2^k x) and cos(2^k x).

    Args:
        coords: (b, q, 3).
        frequencies: k runs from 0 to `frequencies` - 1; there is no factor pi.

    Returns:
        (b, q, 3 + 6 * frequencies).
    """
    scales = 2.0 ** torch.arange(frequencies, device=coords.device, dtype=coords.dtype)
    angles = (coords.unsqueeze(-2) * scales.unsqueeze(-1)).flatten(-2)  # (b, q, 3 * frequencies)
    return torch.cat([coords, angles.sin(), angles.cos()], -1)


class JointLinear(nn.Module):
    """A linear layer on [embedding, query features] that multiplies each embedding only once.

    All queries of an INR share its embedding, so W [e; x] = W_e e + W_x x with the first term
    computed once per INR, which halves the decoder's arithmetic at the paper's sizes.

    Args:
        embedding: length of an embedding.
        features: channels of a query.
        outputs: channels of the result.
    """

    def __init__(self, embedding: int, features: int, outputs: int):
        super().__init__()
        joint = nn.Linear(embedding + features, outputs)
        # Two parameters: the gradient of a slice would be padded with zeros to the whole.
        self.of_embedding = nn.Parameter(joint.weight[:, :embedding].detach().clone())
        self.of_features = nn.Parameter(joint.weight[:, embedding:].detach().clone())
        self.bias = joint.bias

    def forward(self, embedding: Tensor, features: Tensor) -> Tensor:
        """(b, embedding), (b, q, features) -> (b, q, outputs)."""
        shared = F.linear(embedding, self.of_embedding, self.bias)
        return F.linear(features, self.of_features) + shared.unsqueeze(1)


class ImplicitDecoder(nn.Module):
    """Five hidden layers, with the input added again after the third (as in DeepSDF).

    The paper's text says four in one place and five in another (Section 4; Appendix D); its figure
    and the authors' code have these five, and one more that the skip connection goes through.

    Args:
        embedding: length of an embedding.
        hidden: width of the hidden layers.
        frequencies: of the positional encoding.
        outputs: values at each query.

    >>> decoder = ImplicitDecoder(1024, 512)
    >>> sum(p.numel() for p in decoder.parameters())
    2165249
    """

    def __init__(
        self, embedding: int = 1024, hidden: int = 512, frequencies: int = 10, outputs: int = 1
    ):
        super().__init__()
        self.frequencies, self.hidden = frequencies, hidden
        features = 3 + 6 * frequencies
        self.first = JointLinear(embedding, features, hidden)
        self.before = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(2))
        self.skip = JointLinear(embedding, features, hidden)
        self.after = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(2))
        self.last = nn.Linear(hidden, outputs)

    def forward(self, embedding: Tensor, coords: Tensor) -> Tensor:
        """(b, embedding), (b, q, 3) -> logits (b, q), or (b, q, outputs) where outputs > 1."""
        b, q, _ = coords.shape
        features = encode_coordinates(coords, self.frequencies)
        # As rows: a linear layer's result of more dimensions is a view, and autograd copies what
        # is changed through a view.
        x = self.first(embedding, features).relu_().flatten(0, 1)
        for layer in self.before:
            x = layer(x).relu_()
        x = x + self.skip(embedding, features).relu_().flatten(0, 1)
        for layer in self.after:
            x = layer(x).relu_()
        x = self.last(x).view(b, q, -1)
        return x.squeeze(-1) if x.shape[-1] == 1 else x
