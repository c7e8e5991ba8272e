"""Shared initial weights from which INRs are fitted in a few steps of gradient descent.

The initial weights and a learning rate for each of them are learned through the steps themselves
(MetaSDF, Sitzmann et al. 2020a; Meta-SGD, Li et al. 2017).
"""

import torch
from torch import Tensor, nn

from inr2vec_core.inrs.siren import evaluate, initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import Modality

RATE = 1e-2  # of every weight, before it is learned


class LearnedInit(nn.Module):
    """Initial weights of INRs, and the rate with which each of them is descended.

    Args:
        siren: sizes of the INRs.
        modality: what the INRs represent.
        seed: of the weights before they are learned, which are SIREN's.

    Attributes:
        weights: (n_parameters,).
        rates: (n_parameters,), of gradient descent on an INR's mean loss.
    """

    def __init__(self, siren: SirenConfig, modality: Modality, seed: int):
        super().__init__()
        self.siren, self._criterion = siren, modality.criterion()
        self.weights = nn.Parameter(torch.from_numpy(initial_weights(siren, seed)))
        self.rates = nn.Parameter(torch.full_like(self.weights, RATE))

    def fitted(self, coords: Tensor, labels: Tensor) -> Tensor:
        """INRs after a step of gradient descent on each block of queries.

        In training the result is differentiable in `weights` and `rates`, through the gradients.

        Args:
            coords: (b, steps, q, 3).
            labels: (b, steps, q).

        Returns:
            (b, n_parameters) weights.
        """
        with torch.enable_grad():
            flat = self.weights.expand(len(coords), -1)
            for block, block_labels in zip(coords.unbind(1), labels.unbind(1), strict=True):
                # The mean over all INRs, times their number: each descends its own mean loss.
                loss = self.loss(flat, block, block_labels) * len(flat)
                (gradient,) = torch.autograd.grad(loss, flat, create_graph=self.training)
                flat = flat - self.rates * gradient
                if not self.training:
                    flat = flat.detach().requires_grad_()
        return flat if self.training else flat.detach()

    def loss(self, flat: Tensor, coords: Tensor, labels: Tensor) -> Tensor:
        """The mean loss of INRs (b, n_parameters) at (b, q, 3), labeled (b, q): ()."""
        return self._criterion(evaluate(flat, coords, self.siren), labels)

    def forward(self, coords: Tensor, labels: Tensor) -> Tensor:
        """The loss on the last block of queries after a step on each of the others.

        Args:
            coords: (b, steps + 1, q, 3).
            labels: (b, steps + 1, q).

        Returns:
            The mean loss, ().
        """
        flat = self.fitted(coords[:, :-1], labels[:, :-1])
        return self.loss(flat, coords[:, -1], labels[:, -1])
