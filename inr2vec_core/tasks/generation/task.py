"""Training a generator of embeddings against a critic: WGAN with gradient penalty.

Arjovsky et al. 2017, Gulrajani et al. 2017; settings of the paper's authors. Critic and generator
take their steps in turn, which are the trainer's batches: the loss of each reaches the parameters
of one alone, so that a single optimiser serves both as two would.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from inr2vec_core.models.latent_gan import Critic, LatentGan
from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings
from inr2vec_core.tasks.generation.energy import energy_distance
from inr2vec_core.training.convergence import ConvergenceCheck, convergence_of_distance
from inr2vec_core.utils.seeding import torch_stream

SAMPLES = 512  # generated at each validation


@dataclass(frozen=True)
class GanSettings:
    """Steps of a training; the defaults are the paper's.

    Attributes:
        batch: embeddings a step; all of a smaller class.
        critic_steps: of the critic for each of the generator.
        penalty: the gradient penalty's weight.
    """

    batch: int = 50
    critic_steps: int = 5
    penalty: float = 10.0


@dataclass(frozen=True)
class CriticStep:
    """Real embeddings (b, e), noise (b, noise), and where between both to ask for slopes (b, 1)."""

    real: Tensor
    noise: Tensor
    mix: Tensor


@dataclass(frozen=True)
class GeneratorStep:
    """Noise (b, noise)."""

    noise: Tensor


class LatentGanTask:
    """The trainer's task (`training.Task`): best by the energy distance to the class's embeddings.

    A Wasserstein critic gives no figure that the models of two epochs can be compared by, so the
    best is the one whose samples are distributed most like training and validation embeddings, in
    equal parts: training embeddings alone would reward copies of them, and a few validation
    embeddings alone are so unlike the rest that a generator that has hardly begun can be nearest.
    The authors' released code takes the last epoch (`TrainSettings.keep` has its weights too).

    To be trained with `TrainSettings(..., lr=1e-4, weight_decay=0, betas=(0.5, 0.999))`, which make
    AdamW Adam. An epoch has about as many critic steps as pass once over the class, and at least
    one generator step. The history's `loss` is the mean over steps of both kinds, and says little.

    Args:
        data: of one class.
        seed: of batches and noise, together with the class's name.
    """

    score, higher_is_better = "energy", False

    def __init__(
        self,
        model: LatentGan,
        data: ClassEmbeddings,
        settings: GanSettings,
        seed: int,
        device: torch.device,
    ):
        self.model, self.data, self.settings, self.seed = model.to(device), data, settings, seed
        self.device = device
        self._real = torch.as_tensor(data.train, dtype=torch.float32, device=device)
        self._batch = min(settings.batch, len(self._real))
        self._rounds = -(-len(self._real) // (self._batch * settings.critic_steps))
        self.steps_per_epoch = self._rounds * (settings.critic_steps + 1)

    def batches(self, epoch: int) -> Iterator[CriticStep | GeneratorStep]:
        """Rounds of some critic steps and a generator step; each step draws anew from the class."""
        stream = torch_stream(self.seed, "gan", self.data.class_name, epoch)
        n = self._batch
        for _ in range(self._rounds):
            for _ in range(self.settings.critic_steps):
                rows = torch.randperm(len(self._real), generator=stream)[:n].to(self.device)
                mix = torch.rand(n, 1, generator=stream)
                yield CriticStep(self._real[rows], self._noise(stream), mix.to(self.device))
            yield GeneratorStep(self._noise(stream))

    def _noise(self, stream: torch.Generator) -> Tensor:
        return self.model.generator.draw_noise(self._batch, stream).to(self.device)

    def loss(self, batch: CriticStep | GeneratorStep) -> Tensor:
        """The critic's loss, of which only the critic learns, or the generator's, likewise."""
        generator, critic = self.model.generator, self.model.critic
        if isinstance(batch, GeneratorStep):
            frozen = {name: p.detach() for name, p in critic.named_parameters()}
            return -functional_call(critic, frozen, generator(batch.noise)).mean()
        with torch.no_grad():
            fake = generator(batch.noise)
        slopes = slopes_between(critic, batch.real, fake, batch.mix)
        gap = critic(batch.real).mean() - critic(fake).mean()
        return self.settings.penalty * (slopes - 1).square().mean() - gap

    def validate(self) -> dict[str, float]:
        """Figures of the same noise each time.

        Returns:
            energy: the mean of the next two.
            energy_train: energy distance of samples to training embeddings, in their units.
            energy_validation: the same to validation embeddings.
            gap: how much higher the critic puts training embeddings than samples: the estimate of
                their Wasserstein distance, in the embeddings' units.
            gap_validation: the same of validation embeddings; where it is far smaller, the critic
                knows the training shapes by heart.
        """
        generator, critic = self.model.generator, self.model.critic
        stream = torch_stream(self.seed, "gan validation", self.data.class_name)
        samples = generator.sample(SAMPLES, stream)

        def mean_score(x: np.ndarray) -> float:
            return critic(torch.as_tensor(x).to(self.device)).mean().item()

        of_samples = mean_score(samples)
        train, validation = (
            energy_distance(samples, x) for x in (self.data.train, self.data.validation)
        )
        return {
            "energy": (train + validation) / 2,
            "energy_train": train,
            "energy_validation": validation,
            "gap": mean_score(self.data.train) - of_samples,
            "gap_validation": mean_score(self.data.validation) - of_samples,
        }

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Whether the samples still came nearer to the class's embeddings at the end."""
        return convergence_of_distance(history, self.score)


def slopes_between(critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Lengths of the critic's gradient at real * mix + fake * (1 - mix): (b,), differentiable."""
    between = torch.lerp(fake, real, mix).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return gradient.norm(dim=1)
