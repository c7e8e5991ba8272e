"""The classifier of embeddings and E-Stitchup."""

from collections import Counter

import numpy as np
import pytest
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.models.classifier import mlp_classifier
from inr2vec_core.tasks.classification.task import (
    ClassificationTask,
    ClassifierSettings,
    Split,
    accuracy,
    classify,
    e_stitchup,
)
from inr2vec_core.training.trainer import TrainSettings, train


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def embeddings(*labels, e=6):
    """Row k holds k + 0.001 * dimension: every value tells where it came from."""
    assert e < 500
    x = torch.arange(len(labels))[:, None] + 0.001 * torch.arange(e)
    return x, torch.tensor(labels)


# ---------------------------------------------------------------------------- E-Stitchup


def test_classes_of_fewer_than_three_are_left_as_they_are():
    x, labels = embeddings(0, 0, 1, 2, 2)
    mixed, mixed_labels = e_stitchup(x, labels, generator())
    assert torch.equal(mixed, x) and torch.equal(mixed_labels, labels)


def test_mixed_samples_of_larger_classes_are_appended():
    x, labels = embeddings(0, 1, 0, 0, 1, 2, 2, 2, 2)
    mixed, mixed_labels = e_stitchup(x, labels, generator())
    assert mixed.shape == (9 + 7, 6)
    assert torch.equal(mixed[:9], x)
    assert mixed_labels[9:].tolist() == [0, 0, 0, 2, 2, 2, 2]


def test_each_mixed_value_comes_from_one_of_two_parents_in_its_dimension():
    x, labels = embeddings(*[0, 1] * 20, e=30)
    mixed, mixed_labels = e_stitchup(x, labels, generator())
    for sample, (row, label) in enumerate(zip(mixed[40:], mixed_labels[40:], strict=True)):
        sources = row.floor().long()
        torch.testing.assert_close(row - sources, 0.001 * torch.arange(30.0), atol=1e-5, rtol=0)
        parents = set(sources.tolist())
        assert len(parents | {sample}) <= 2  # itself and at most one partner
        assert {int(labels[p]) for p in parents} == {int(label)}


def test_the_share_taken_differs_from_sample_to_sample():
    x, labels = embeddings(*[0] * 60, e=200)
    mixed, _ = e_stitchup(x, labels, generator())
    own = (mixed[60:].floor() == torch.arange(60)[:, None]).float().mean(1)
    # t ~ U(0, 1) once per sample: shares spread over all of [0, 1] instead of around one half.
    assert own.min() < 0.1 and own.max() > 0.9
    assert own.std() > 0.2


def test_partners_are_drawn_from_the_whole_class():
    x, labels = embeddings(*[0] * 30, e=300)
    mixed, _ = e_stitchup(x, labels, generator())
    others = [set(row.floor().long().tolist()) - {k} for k, row in enumerate(mixed[30:])]
    assert len(set().union(*others)) > 10


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_every_device_mixes_alike():
    x, labels = embeddings(0, 0, 0, 1)
    here, there = (e_stitchup(x.to(d), labels.to(d), generator())[0] for d in ("cpu", "cuda"))
    assert torch.equal(there.cpu(), here)


# ---------------------------------------------------------------------------- the network


def test_the_papers_classifier():
    layers = mlp_classifier(1024, 40)
    kinds = [type(layer).__name__ for layer in layers]
    assert kinds == ["Linear", "BatchNorm1d", "ReLU", "Dropout"] * 2 + ["Linear"]
    sizes = [layer.weight.shape for layer in layers if isinstance(layer, torch.nn.Linear)]
    assert sizes == [(512, 1024), (256, 512), (40, 256)]
    assert [layer.p for layer in layers if isinstance(layer, torch.nn.Dropout)] == [0.5, 0.5]


def test_accuracy_by_hand():
    logits = torch.tensor([[2.0, 1, 0], [0, 3, 1], [0, 1, 2], [5, 0, 0]])
    assert accuracy(logits, torch.tensor([0, 1, 1, 2])) == 0.5


def separable(per_class, seed=0):
    """Three classes far apart in eight dimensions."""
    g = generator(seed)
    labels = torch.arange(3).repeat(per_class)
    return Split(torch.randn(len(labels), 8, generator=g) * 0.3 + 5 * torch.eye(8)[labels], labels)


@pytest.mark.parametrize("stitchup", [True, False])
def test_separable_classes_are_learned_perfectly(stitchup):
    torch.manual_seed(0)
    model = mlp_classifier(8, 3, (16,), 0.2)
    task = ClassificationTask(model, separable(20), separable(10, 1), 16, 0, stitchup)
    result = train(task, TrainSettings(15, 0.02, 1e-2, "onecycle", 15), 0)
    assert result.best_score == 1.0
    test = separable(30, 2)
    with torch.no_grad():
        assert accuracy(model(test.x), test.labels) == 1.0


# ---------------------------------------------------------------------------- batches


def task_of(n, batch, stitchup=False, seed=0):
    train_split = Split(torch.arange(n)[:, None].float(), torch.zeros(n, dtype=torch.long))
    return ClassificationTask(
        torch.nn.Linear(1, 2), train_split, separable(1), batch, seed, stitchup
    )


@pytest.mark.parametrize("n, batch", [(2, 256), (3, 2), (5, 2), (17, 16), (33, 16), (64, 16)])
def test_an_epoch_has_every_sample_once_in_batches_that_batchnorm_can_train_on(n, batch):
    task = task_of(n, batch)
    batches = list(task.batches(1))
    assert len(batches) == task.steps_per_epoch
    seen = Counter(int(v) for x, _ in batches for v in x[:, 0])
    assert seen == Counter(range(n))
    assert all(2 <= len(x) <= max(batch, 3) for x, _ in batches)


def test_batches_depend_on_seed_and_epoch_alone():
    def order(epoch, seed=0):
        return torch.cat([x for x, _ in task_of(40, 8, True, seed).batches(epoch)])

    assert torch.equal(order(1), order(1))
    assert not torch.equal(order(1)[:40], order(2)[:40])
    assert not torch.equal(order(1)[:40], order(1, seed=1)[:40])


@pytest.mark.parametrize("train_rows, val_rows", [(1, 5), (5, 0)])
def test_too_few_embeddings_are_refused(train_rows, val_rows):
    few = [
        Split(torch.zeros(n, 4), torch.zeros(n, dtype=torch.long)) for n in (train_rows, val_rows)
    ]
    with pytest.raises(InputError, match=f"{train_rows} training and {val_rows} validation"):
        ClassificationTask(torch.nn.Linear(4, 2), *few, 16, 0)


def test_split_of_arrays(rng):
    split = Split.of(rng.random((3, 2)), torch.tensor([0, 1, 1]).int().numpy())
    assert split.x.dtype == torch.float32 and split.labels.dtype == torch.int64


def test_the_test_split_is_classified(rng):
    classes = np.array(["a", "b", "c"] * 20)
    x = rng.normal(size=(60, 5)).astype(np.float32)
    x[:, :3] += 6 * (classes[:, None] == ["a", "b", "c"])
    split = np.repeat(["train", "val", "test"], [30, 15, 15])
    x[split == "test"] += 0.5  # seen by neither training nor validation
    data = EmbeddingSet.of([str(k) for k in range(60)], classes, split, x)
    settings = ClassifierSettings([8], 0.0, 10, True, epochs=40, lr=1e-2, weight_decay=0.0)
    (scores, result), (again, _) = (
        classify(data, settings, seed, torch.device("cpu")) for seed in (3, 3)
    )
    assert scores.shape == (15, 3) and result.best_score == 1
    np.testing.assert_allclose(scores.sum(1), 1, rtol=1e-5)
    assert (scores.argmax(1) == data.labels[split == "test"]).all()
    np.testing.assert_array_equal(scores, again)


@pytest.mark.parametrize("select, epochs", [("best", range(1, 12)), ("last", [12])])
def test_the_epoch_that_is_tested_is_selected(select, epochs, rng):
    names = [str(k) for k in range(60)]
    classes, split = rng.choice(["a", "b"], 60), np.repeat(["train", "val", "test"], 20)
    noise = EmbeddingSet.of(names, classes, split, rng.normal(size=(60, 5)).astype(np.float32))
    settings = ClassifierSettings([8], 0.5, 10, True, 12, 1e-1, 0.0, select=select)
    _, result = classify(noise, settings, 0, torch.device("cpu"))
    assert result.best_epoch in epochs
