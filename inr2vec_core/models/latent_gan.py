"""The generator of embeddings and its critic: a latent GAN (paper, Section 4).

After Achlioptas et al. 2018. The paper's noise is 128 numbers of a normal distribution, at the
defaults of that work's code, which are N(0, 0.2²). The authors' released code draws as many numbers
as an embedding has, of N(0, 0.2²). A description chooses.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn


class Generator(nn.Module):
    """Noise -> 128 -> embedding, ReLU between.

    Args:
        embedding: length of an embedding.
        noise: length of the noise.
        noise_std: standard deviation of the noise.

    >>> sum(p.numel() for p in Generator(1024).parameters())
    148608
    """

    def __init__(self, embedding: int, noise: int = 128, noise_std: float = 0.2):
        super().__init__()
        self.embedding, self.noise, self.noise_std = embedding, noise, noise_std
        self.net = _mlp([noise, 128, embedding])

    def draw_noise(self, n: int, stream: torch.Generator) -> Tensor:
        """Noise (n, noise) float32 on the CPU, where `stream` is."""
        return torch.randn(n, self.noise, generator=stream).mul_(self.noise_std)

    def forward(self, noise: Tensor) -> Tensor:
        """(n, noise) -> embeddings (n, e)."""
        return self.net(noise)

    @torch.no_grad()
    def sample(self, n: int, stream: torch.Generator) -> np.ndarray:
        """New embeddings (n, e) float32."""
        device = next(self.parameters()).device
        return self(self.draw_noise(n, stream).to(device)).cpu().numpy()


class Critic(nn.Module):
    """Embedding -> 256 -> 512 -> one number, ReLU between; higher for what looks real.

    Args:
        embedding: length of an embedding.

    >>> sum(p.numel() for p in Critic(1024).parameters())
    394497
    """

    def __init__(self, embedding: int):
        super().__init__()
        self.net = _mlp([embedding, 256, 512, 1])

    def forward(self, x: Tensor) -> Tensor:
        """Embeddings (n, e) -> (n,)."""
        return self.net(x).squeeze(1)


class LatentGan(nn.Module):
    """A generator with its critic, which are trained together; only the generator is kept.

    Args:
        generator: the generator.
    """

    def __init__(self, generator: Generator):
        super().__init__()
        self.generator, self.critic = generator, Critic(generator.embedding)


def build_generator(description: Mapping) -> Generator:
    """Build an untrained generator.

    Args:
        description: `embedding` (its length), `noise` (its length; None for the embedding's) and
            `noise_std`.
    """
    embedding = description["embedding"]
    return Generator(embedding, description["noise"] or embedding, description["noise_std"])


def _mlp(sizes: Sequence[int]) -> nn.Sequential:
    """Linear layers with ReLU between."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
