"""Training a generator of embeddings: a Wasserstein GAN with gradient penalty.

After Arjovsky et al. 2017 and Gulrajani et al. 2017, with the settings of the paper's authors. A
batch of the trainer is a step of the critic or one of the generator. The loss of each reaches the
parameters of that network alone, so that one optimizer serves both as two would.
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
from inr2vec_core.utils.settings import Settings

SAMPLES = 512  # generated at each validation


@dataclass(frozen=True)
class GanSettings(Settings):
    """Steps of a training; the defaults are the paper's.

    Attributes:
        batch: embeddings of a step; all embeddings of a smaller class.
        critic_steps: steps of the critic for each step of the generator.
        penalty: weight of the gradient penalty.
    """

    batch: int = 50
    critic_steps: int = 5
    penalty: float = 10.0


@dataclass(frozen=True)
class CriticStep:
    """The batch of a step of the critic.

    Attributes:
        real: (b, e) training embeddings.
        noise: (b, noise) inputs of the generator.
        mix: (b, 1) in [0, 1]; where the gradient is penalized, from fake (0) to real (1).
    """

    real: Tensor
    noise: Tensor
    mix: Tensor


@dataclass(frozen=True)
class GeneratorStep:
    """The batch of a step of the generator.

    Attributes:
        noise: (b, noise) inputs of the generator.
    """

    noise: Tensor


class LatentGanTask:
    """The task of a latent GAN; the best epoch has the lowest energy distance.

    The loss of a Wasserstein critic cannot compare the models of two epochs. The best model is the
    one whose samples have the lowest energy distance to training and validation embeddings, in
    equal parts. Training embeddings alone would reward copies of them; a few validation embeddings
    alone differ so much from the rest that an untrained generator can be nearest. The authors'
    released code takes the last epoch (`TrainSettings.keep` keeps its weights).

    Train with `TrainSettings(..., lr=1e-4, weight_decay=0, betas=(0.5, 0.999))`, for which AdamW is
    Adam. The critic passes about once over the class in an epoch, and the generator takes at least
    one step. The `loss` of the history is the mean over the steps of both, and means little.

    Args:
        model: generator and critic.
        data: the embeddings of a class.
        settings: the steps of the training.
        seed: the seed of batches and noise, together with the class's name.
        device: the device to train on.
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
        """Iterate over rounds of critic steps and a generator step, each a new draw."""
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
        """The loss of the critic or of the generator (Gulrajani et al. 2017, Eq. 3).

        Only the parameters of that network have gradients.
        """
        generator, critic = self.model.generator, self.model.critic
        if isinstance(batch, GeneratorStep):
            frozen = {name: p.detach() for name, p in critic.named_parameters()}
            return -functional_call(critic, frozen, generator(batch.noise)).mean()
        with torch.no_grad():
            fake = generator(batch.noise)
        norms = gradient_norms(critic, batch.real, fake, batch.mix)
        distance = critic(batch.real).mean() - critic(fake).mean()
        return self.settings.penalty * (norms - 1).square().mean() - distance

    def validate(self) -> dict[str, float]:
        """Compare samples of the same noise, at every epoch, with the embeddings of the class.

        Returns:
            * energy: the mean of the next two.
            * energy_train: energy distance of samples to training embeddings, in their unit.
            * energy_validation: energy distance of samples to validation embeddings.
            * wasserstein: the critic's estimate of the Wasserstein distance of samples to training
                embeddings, in their unit.
            * wasserstein_validation: the same for validation embeddings. Where it is far smaller,
                the critic overfits the training shapes.
        """
        generator, critic = self.model.generator, self.model.critic
        stream = torch_stream(self.seed, "gan validation", self.data.class_name)
        samples = generator.sample(SAMPLES, stream)

        def mean_score(x: np.ndarray) -> float:
            return critic(torch.as_tensor(x).to(self.device)).mean().item()

        sample_score = mean_score(samples)
        train, validation = (
            energy_distance(samples, x) for x in (self.data.train, self.data.validation)
        )
        return {
            "energy": (train + validation) / 2,
            "energy_train": train,
            "energy_validation": validation,
            "wasserstein": mean_score(self.data.train) - sample_score,
            "wasserstein_validation": mean_score(self.data.validation) - sample_score,
        }

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Check whether the energy distance still fell at the end."""
        return convergence_of_distance(history, self.score)


def gradient_norms(critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Compute norms of the critic's gradient between real and fake embeddings.

    Args:
        critic: the critic.
        real: (b, e) training embeddings.
        fake: (b, e) generated embeddings.
        mix: (b, 1) in [0, 1]; the gradient is taken at real * mix + fake * (1 - mix).

    Returns:
        (b,) norms, differentiable.
    """
    between = torch.lerp(fake, real, mix).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return gradient.norm(dim=1)
