"""LatentModulatedSiren: a SIREN whose layers a latent shifts, and that few steps on it fit.

Dupont, Kim, Eslami, Rezende, Rosenbaum: From data to functa, ICML 2022. Sizes and training are
those of the authors' code (github.com/google-deepmind/functa, function_reps.py, helpers.py,
experiment_meta_learning.py). A shape's latent starts at 0 and makes three steps of gradient
descent with a learned rate for each of its numbers (Meta-SGD, Li et al. 2017; the rate of 1e-2 in
the authors' settings is not used then). The network learns through these steps, by their second
derivatives. The steps and the loss read the same queries. The network's output is there x + 0.5,
with the squared error of the label; here the label is the sigmoid of 4 x, which is the same to
first order and never leaves [0, 1]. The authors train 500,000 steps, whatever the data: `epochs`
is a choice. `queries` are as many as the pixels of their images of 64 x 64.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.shared_networks._base import ShapeBatch, SharedNetwork

PUBLISHED = {
    "embedding": 128,
    "queries": 4096,
    "batch": 16,
    "lr": 3e-6,
    "schedule": "constant",
    "epochs": 2000,
}
RATES = (0.005, 0.1)  # that each rate is drawn between, before it is learned
MOST = 1.0  # of a rate


class Network(SharedNetwork):
    """The SIREN, the map from latents to shifts, and the rates of the steps.

    Args:
        shapes: the number of training shapes; it keeps nothing of them.
        embedding: length of a latent.
        hidden: width of the layers.
        layers: layers, the last of which is linear.
        omega: factor of every sine's argument.
        steps: steps of gradient descent on a latent.
    """

    def __init__(
        self,
        shapes: int,
        embedding: int = 128,
        hidden: int = 512,
        layers: int = 15,
        omega: float = 30.0,
        steps: int = 3,
    ):
        super().__init__()
        self.hidden, self.omega, self.steps = hidden, omega, steps
        self.sines = nn.ModuleList(nn.Linear(hidden if k else 3, hidden) for k in range(layers - 1))
        self.last = nn.Linear(hidden, 1)
        self.shifts = nn.Linear(embedding, (layers - 1) * hidden)
        self.rates = nn.Parameter(torch.empty(embedding).uniform_(*RATES))
        reach = math.sqrt(6 / hidden) / omega
        for k, layer in enumerate([*self.sines, self.last]):
            nn.init.uniform_(layer.weight, *((-reach, reach) if k else (-1 / 3, 1 / 3)))
            nn.init.zeros_(layer.bias)
        scale = embedding**-0.5
        nn.init.trunc_normal_(self.shifts.weight, std=scale, a=-2 * scale, b=2 * scale)
        nn.init.zeros_(self.shifts.bias)

    def forward(self, codes: Tensor, coords: Tensor) -> Tensor:
        """Latents (b, e) and queries (b, q, 3) -> logits (b, q)."""
        shifts = self.shifts(codes).view(len(codes), len(self.sines), 1, self.hidden)
        x = coords
        for k, layer in enumerate(self.sines):
            # The factor on the weights, which are fewer than the activations.
            shift = self.omega * (shifts[:, k] + layer.bias)
            x = (F.linear(x, self.omega * layer.weight) + shift).sin()
        return 4 * self.last(x).squeeze(-1)

    def training_loss(self, batch: ShapeBatch) -> Tensor:
        """The squared error after the steps, differentiable through them."""
        # Second derivatives of sines of large arguments need all digits.
        with torch.autocast(batch.coords.device.type, enabled=False):
            codes = self.fitted(batch.coords, batch.labels, differentiable=True)
            return self._errors(codes, batch.coords, batch.labels).mean()

    @torch.enable_grad()
    def represent(self, batch: ShapeBatch, seed: int = 0) -> Tensor:
        """Latents after the steps on the given queries."""
        return self.fitted(batch.coords, batch.labels, differentiable=False).detach()

    def fitted(self, coords: Tensor, labels: Tensor, differentiable: bool) -> Tensor:
        """Latents after the steps.

        Args:
            coords: (b, q, 3).
            labels: (b, q).
            differentiable: whether the result shall be, through the steps.

        Returns:
            (b, e).
        """
        codes = coords.new_zeros(len(coords), len(self.rates)).requires_grad_()
        rates = self.rates.clamp(0, MOST)
        for _ in range(self.steps):
            # The sum over shapes: each latent descends its own shape's error.
            error = self._errors(codes, coords, labels).sum()
            (gradient,) = torch.autograd.grad(error, codes, create_graph=differentiable)
            codes = codes - rates * gradient
            if not differentiable:
                codes = codes.detach().requires_grad_()
        return codes

    def _errors(self, codes: Tensor, coords: Tensor, labels: Tensor) -> Tensor:
        """The mean squared error of each shape (b,)."""
        return (self(codes, coords).sigmoid() - labels).square().mean(1)
