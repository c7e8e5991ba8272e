"""Plain implementations of what the library does, as the reference of the benchmarks.

Stacked parameters, `baddbmm`, `sin`, autograd, `torch.optim.Adam` in its foreach form, 16 INRs at
once, and at each step a random selection of the stored queries. Nothing here imports the library's
numerics.
"""

import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

OMEGA = 30.0
AT_ONCE = 16


def layer_sizes(width: int, depth: int) -> list[tuple[int, int]]:
    """(inputs, outputs) of the linear layers of a SIREN R^3 -> R."""
    return [(3, width), *[(width, width)] * (depth - 1), (width, 1)]


def stack_parameters(flat: Tensor, width: int, depth: int) -> list[Tensor]:
    """Split flat weights of SIRENs into the parameters of their layers.

    Args:
        flat: (b, n) weights in the library's order, one row for each output neuron.
        width: width of the hidden layers.
        depth: number of hidden layers.

    Returns:
        Weights (b, in, out) and biases (b, 1, out) of each layer, in turn.
    """
    parameters, start = [], 0
    for n_in, n_out in layer_sizes(width, depth):
        weight = flat[:, start : start + n_in * n_out].view(-1, n_out, n_in)
        start += n_in * n_out
        bias = flat[:, start : start + n_out].view(-1, 1, n_out)
        start += n_out
        parameters += [weight.transpose(1, 2).contiguous(), bias.clone()]
    return [p.requires_grad_() for p in parameters]


def siren(parameters: list[Tensor], coords: Tensor) -> Tensor:
    """Evaluate stacked SIRENs: (b, q, 3) -> logits (b, q)."""
    x = coords
    for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        x = torch.sin(OMEGA * torch.baddbmm(bias, x, weight))
    return torch.baddbmm(parameters[-1], x, parameters[-2]).squeeze(2)


def fit(
    flat: Tensor,
    coords: Tensor,
    labels: Tensor,
    width: int,
    depth: int,
    steps: int,
    queries: int,
    lr: float,
) -> list[Tensor]:
    """Fit stacked SIRENs.

    Args:
        flat: (b, n_parameters) initial weights.
        coords: (b, n, 3) stored queries.
        labels: (b, n) their labels.
        width: width of the hidden layers.
        depth: number of hidden layers.
        steps: steps of Adam.
        queries: queries of each INR and step.
        lr: learning rate.

    Returns:
        The parameters, as from `stack_parameters`.
    """
    parameters = stack_parameters(flat, width, depth)
    adam = torch.optim.Adam(parameters, lr=lr, foreach=True)
    b, n = labels.shape
    shape = torch.arange(b, device=flat.device)[:, None]
    for _ in range(steps):
        index = torch.randint(n, (b, queries), device=flat.device)
        outputs = siren(parameters, coords[shape, index])
        # The mean over each INR's queries, summed over INRs, which share no parameter.
        loss = F.binary_cross_entropy_with_logits(outputs, labels[shape, index]) * b
        adam.zero_grad()
        loss.backward()
        adam.step()
    return parameters


class PlainEncoder(nn.Module):
    """Linear, BatchNorm and ReLU layers on every row of the weights, then a maximum over rows."""

    def __init__(self, width: int, hidden: list[int], embedding: int):
        super().__init__()
        layers: list[nn.Module] = []
        for n_in, n_out in zip([width, *hidden[:-1]], hidden, strict=True):
            layers += [nn.Linear(n_in, n_out), nn.BatchNorm1d(n_out), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(hidden[-1], embedding))

    def forward(self, rows: Tensor) -> Tensor:
        """(b, r, width) -> (b, embedding)."""
        b, r, width = rows.shape
        return self.layers(rows.reshape(b * r, width)).view(b, r, -1).max(1).values


class PlainDecoder(nn.Module):
    """The implicit decoder, whose input repeats the embedding for every query."""

    def __init__(self, embedding: int, hidden: int, frequencies: int = 10):
        super().__init__()
        self.frequencies = frequencies
        n_in = embedding + 3 + 6 * frequencies
        self.before = nn.Sequential(
            nn.Linear(n_in, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, hidden), nn.ReLU(),
        )  # fmt: skip
        self.skip = nn.Sequential(nn.Linear(n_in, hidden), nn.ReLU())
        self.after = nn.Sequential(
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, 1),
        )  # fmt: skip

    def forward(self, embedding: Tensor, coords: Tensor) -> Tensor:
        """(b, e), (b, q, 3) -> logits (b, q)."""
        parts = [embedding.unsqueeze(1).expand(-1, coords.shape[1], -1), coords]
        for k in range(self.frequencies):
            parts += [torch.sin(2**k * coords), torch.cos(2**k * coords)]
        x = torch.cat(parts, 2)
        return self.after(self.before(x) + self.skip(x)).squeeze(2)


class Plain(nn.Module):
    """Encoder and decoder with their loss."""

    def __init__(self, width: int, hidden: list[int], embedding: int, decoder: int):
        super().__init__()
        self.encoder = PlainEncoder(width, hidden, embedding)
        self.decoder = PlainDecoder(embedding, decoder)

    def forward(self, rows: Tensor, coords: Tensor, labels: Tensor) -> Tensor:
        """(b, r, width), (b, q, 3), (b, q) -> the mean loss, ()."""
        logits = self.decoder(self.encoder(rows), coords)
        return F.binary_cross_entropy_with_logits(logits, labels)


def flop_of_a_step(width: int, depth: int, queries: int) -> float:
    """Count the floating-point operations of an INR's step in matrix products."""
    products = [2 * queries * n_in * n_out for n_in, n_out in layer_sizes(width, depth)]
    return 3 * sum(products) - products[0]  # coordinates need no gradient


def sines_of_a_step(width: int, depth: int, queries: int) -> int:
    """Count the sines of an INR's step, which are as many as the cosines."""
    return width * depth * queries


def flop_of_training(
    width: int, depth: int, hidden: list[int], embedding: int, decoder: int, b: int, q: int
) -> float:
    """Count the floating-point operations of a step of inr2vec's training in matrix products.

    Args:
        width: width of the INRs.
        depth: hidden layers of the INRs.
        hidden: widths of the encoder's hidden layers.
        embedding: length of the embedding.
        decoder: width of the decoder.
        b: INRs of a step.
        q: queries of each INR.
    """
    rows = b * (depth - 1) * (width + 1)
    widths = [width, *hidden, embedding]
    encoder = rows * sum(math.prod(pair) for pair in pairwise(widths))
    decoder_weights = 2 * (embedding + 63) * decoder + 4 * decoder**2 + decoder
    return 6.0 * (encoder + b * q * decoder_weights)
