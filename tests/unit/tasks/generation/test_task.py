"""The training of a latent GAN."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from inr2vec_core.models.latent_gan import Generator, LatentGan
from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings
from inr2vec_core.tasks.generation.diversity import Diversity
from inr2vec_core.tasks.generation.energy import energy_distance
from inr2vec_core.tasks.generation.task import (
    CriticStep,
    GanSettings,
    GeneratorStep,
    LatentGanTask,
    gradient_norms,
)
from inr2vec_core.training import trainer
from inr2vec_core.training.trainer import TrainSettings, train

CPU = torch.device("cpu")


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def chairs(n=12, m=4, e=6, seed=0, scale=0.3):
    rng = np.random.default_rng(seed)
    x = (1 + scale * rng.standard_normal((n + m, e))).astype("f4")
    return ClassEmbeddings("chair", x[:n], x[n:])


def task_of(data=None, settings=None, noise=4, seed=3, initial=0):
    data = data or chairs()
    torch.manual_seed(initial)
    model = LatentGan(Generator(data.train.shape[1], noise, noise_std=1.0))
    return LatentGanTask(model, data, settings or GanSettings(batch=8), seed, CPU)


def as_the_paper(epochs, lr=1e-3, validate_every=None, keep=()):
    return TrainSettings(
        epochs, lr, weight_decay=0, validate_every=validate_every or epochs, betas=(0.5, 0.999),
        keep=keep,
    )  # fmt: skip


# ---------------------------------------------------------------------------- the losses


class Plane(nn.Module):
    def __init__(self, slope):
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope))

    def forward(self, x):
        return x @ self.slope


def test_the_gradient_of_a_plane_is_its_slope():
    real, fake = torch.randn(2, 5, 2, generator=stream())
    norms = gradient_norms(Plane([3.0, 4.0]), real, fake, torch.rand(5, 1, generator=stream()))
    torch.testing.assert_close(norms, torch.full((5,), 5.0))


def test_gradients_are_taken_between_real_and_fake():
    class Square(nn.Module):
        def forward(self, x):
            return x.square().sum(1) / 2

    real, fake, mix = torch.full((3, 1), 4.0), torch.zeros(3, 1), torch.tensor([[0.0], [0.25], [1]])
    torch.testing.assert_close(gradient_norms(Square(), real, fake, mix), torch.tensor([0.0, 1, 4]))


def test_the_critics_loss_by_hand():
    task = task_of(settings=GanSettings(penalty=7.0))
    task.model.critic = Plane([3.0, 4, 0, 0, 0, 0])
    task.model.generator.net = nn.Linear(4, 6)
    with torch.no_grad():
        task.model.generator.net.weight.zero_()
        task.model.generator.net.bias.copy_(torch.tensor([1.0, 0, 0, 0, 0, 0]))
    step = CriticStep(torch.eye(6)[[1, 1]], torch.randn(2, 4), torch.rand(2, 1))
    assert task.loss(step).item() == pytest.approx(3 - 4 + 7 * (5 - 1) ** 2)
    assert task.loss(GeneratorStep(step.noise)).item() == pytest.approx(-3)


def test_each_loss_has_gradients_in_one_network_only():
    task = task_of()
    steps = list(task.batches(1))
    expected = {CriticStep: task.model.critic, GeneratorStep: task.model.generator}
    for step in (steps[0], steps[-1]):
        task.model.zero_grad(set_to_none=True)
        task.loss(step).backward()
        for network in task.model.children():
            reached = [p.grad is not None for p in network.parameters()]
            assert set(reached) == {network is expected[type(step)]}


# ---------------------------------------------------------------------------- batches


@pytest.mark.parametrize(
    "n, batch, rows, rounds", [(12, 8, 8, 1), (12, 50, 12, 1), (2, 50, 2, 1), (101, 10, 10, 3)]
)
def test_a_generator_step_after_every_five_of_the_critic(n, batch, rows, rounds):
    task = task_of(chairs(n), GanSettings(batch))
    steps = list(task.batches(1))
    assert [type(s) for s in steps] == ([CriticStep] * 5 + [GeneratorStep]) * rounds
    assert len(steps) == task.steps_per_epoch
    for step in steps:
        assert step.noise.shape == (rows, 4)
        if isinstance(step, CriticStep):
            assert step.real.shape == (rows, 6) and step.mix.shape == (rows, 1)
            assert len(step.real.unique(dim=0)) == rows  # none twice in a batch
            assert set(map(tuple, step.real.tolist())) <= set(map(tuple, task.data.train.tolist()))


def test_batches_depend_on_seed_class_and_epoch():
    def first(epoch=1, seed=3, name="chair"):
        data = chairs()
        data = ClassEmbeddings(name, data.train, data.validation)
        return next(iter(task_of(data, seed=seed).batches(epoch)))

    assert torch.equal(first().noise, first().noise) and torch.equal(first().real, first().real)
    for other in (first(epoch=2), first(seed=4), first(name="car")):
        assert not torch.isclose(first().noise, other.noise).any()


# ---------------------------------------------------------------------------- the training


def plain_wgan(task, epochs, lr):
    """The same training as papers write it: two networks, two optimizers; only draws are shared."""
    generator, critic = map(copy.deepcopy, task.model.children())
    of_critic, of_generator = (
        torch.optim.Adam(net.parameters(), lr, betas=(0.5, 0.999)) for net in (critic, generator)
    )
    for epoch in range(1, epochs + 1):
        for step in task.batches(epoch):
            fake = generator(step.noise)
            if isinstance(step, GeneratorStep):
                of_generator.zero_grad()
                (-critic(fake).mean()).backward()
                of_generator.step()
                continue
            x = (step.mix * step.real + (1 - step.mix) * fake.detach()).requires_grad_(True)
            y = critic(x)
            slope = torch.autograd.grad(y, x, torch.ones_like(y), create_graph=True)[0]
            penalty = ((slope.pow(2).sum(1).sqrt() - 1) ** 2).mean()
            of_critic.zero_grad()
            gap = critic(fake.detach()).mean() - critic(step.real).mean()
            (gap + 10 * penalty).backward()
            of_critic.step()
    return nn.ModuleList([generator, critic])


def test_one_optimizer_trains_as_two_would():
    task = task_of()
    before = copy.deepcopy(task.model)
    expected = plain_wgan(task, epochs=4, lr=1e-3)
    train(task, as_the_paper(4), 3)
    trained = zip(task.model.parameters(), expected.parameters(), before.parameters(), strict=True)
    moved = []
    for found, wanted, initial in trained:
        torch.testing.assert_close(found, wanted, rtol=0, atol=2e-6)
        moved.append(bool((found - initial).abs().max() > 1e-3))
    assert moved == [True] * 9 + [False]  # the critic's last bias changes no loss


def test_a_resumed_training_ends_as_an_uninterrupted_one(tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "CHECKPOINT_EVERY", -1)
    settings = as_the_paper(6, validate_every=2, keep=(2, 5))
    whole = task_of()
    expected = train(whole, settings, 3)

    class Killed(Exception):
        pass

    def dying(epoch, plain):
        if epoch == 4:
            raise Killed
        return plain(epoch)

    killed, checkpoint = task_of(), tmp_path / "state.pt"
    plain = killed.batches
    killed.batches = lambda epoch: dying(epoch, plain)
    with pytest.raises(Killed):
        train(killed, settings, 3, "", checkpoint, "key")
    resumed = task_of(initial=9)
    result = train(resumed, settings, 3, "", checkpoint, "key")
    assert sorted(result.kept) == [2, 5]
    states = [(resumed.model.state_dict(), whole.model.state_dict())]
    states += [(result.kept[k], expected.kept[k]) for k in (2, 5)]
    for found, wanted in states:
        assert found.keys() == wanted.keys()
        assert all(torch.equal(found[name], wanted[name]) for name in found)
    assert result.best_epoch == expected.best_epoch


def test_it_learns_the_mean_and_spread_of_a_class():
    data = chairs(60, 20, scale=1)
    task = task_of(data, GanSettings(), noise=8)
    result = train(task, as_the_paper(75, 1e-3, validate_every=15), 3)
    first, best = (result.history[epoch - 1] for epoch in (15, result.best_epoch))
    assert best["energy"] == result.best_score < 0.4 * first["energy"]
    samples = task.model.generator.sample(500, stream())
    assert np.abs(samples.mean(0) - 1).max() < 0.5
    assert 0.6 < samples.std(0).mean() < 1.4
    assert not Diversity.of(samples, data.train).collapsed
    assert task.convergence(result.history).converged is None  # fewer than 8 validations


def test_validation_metrics():
    task = task_of()
    metrics = task.validate()
    assert metrics == task.validate()
    task.model.critic = Plane([1.0, 0, 0, 0, 0, 0])
    task.model.generator.net = nn.Linear(4, 6)
    with torch.no_grad():
        task.model.generator.net.weight.zero_()
        task.model.generator.net.bias.fill_(2)
        metrics = task.validate()
    assert metrics["wasserstein"] == pytest.approx(task.data.train[:, 0].mean() - 2, rel=1e-4)
    assert metrics["wasserstein_validation"] == pytest.approx(
        task.data.validation[:, 0].mean() - 2, 1e-4
    )
    twos = np.full((1, 6), 2.0)
    of_train, of_val = (energy_distance(twos, x) for x in (task.data.train, task.data.validation))
    assert metrics["energy_train"] == pytest.approx(of_train)
    assert metrics["energy_validation"] == pytest.approx(of_val)
    assert metrics["energy"] == pytest.approx((of_train + of_val) / 2)
