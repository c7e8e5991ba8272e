"""The generator and the critic."""

import numpy as np
import pytest
import torch

from inr2vec_core.io.checkpoints import load_model, save_model
from inr2vec_core.models.latent_gan import Generator, LatentGan, build_generator


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def kinds(net):
    return [type(layer).__name__ for layer in net]


def test_the_papers_networks():
    model = LatentGan(Generator(1024))
    shapes = [[tuple(p.shape) for p in m.parameters() if p.ndim == 2] for m in model.children()]
    assert shapes == [[(128, 128), (1024, 128)], [(256, 1024), (512, 256), (1, 512)]]
    assert kinds(model.generator.net) == ["Linear", "ReLU", "Linear"]
    assert kinds(model.critic.net) == ["Linear", "ReLU", "Linear", "ReLU", "Linear"]
    assert model.generator(torch.randn(5, 128)).shape == (5, 1024)
    assert model.critic(torch.randn(5, 1024)).shape == (5,)


@pytest.mark.parametrize("noise, std, length", [(128, 1.0, 128), (None, 0.2, 300)])
def test_both_choices_of_noise(noise, std, length):
    generator = build_generator({"embedding": 300, "noise": noise, "noise_std": std})
    drawn = generator.draw_noise(2000, stream())
    assert drawn.shape == (2000, length)
    assert float(drawn.std()) == pytest.approx(std, rel=0.02)
    assert abs(float(drawn.mean())) < 0.01 * std


def test_a_generator_keeps_its_description(tmp_path):
    description = {"embedding": 6, "noise": None, "noise_std": 0.2}
    generator = build_generator(description)
    save_model(generator, description, tmp_path / "chair.safetensors")
    loaded, found = load_model(tmp_path / "chair.safetensors", build_generator)
    assert found == description
    np.testing.assert_array_equal(loaded.sample(3, stream()), generator.sample(3, stream()))


def test_samples_depend_on_the_stream_alone():
    generator = Generator(6)
    a, again, other = (generator.sample(5, stream(seed)) for seed in (0, 0, 1))
    assert a.shape == (5, 6) and a.dtype == np.float32
    np.testing.assert_array_equal(a, again)
    assert not np.isclose(a, other).any()
