"""The classifiers by name, and their losses."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inr2vec_core.baselines.baseline import ShapeClassifier
from inr2vec_core.baselines.registry import BASELINES, baseline_of, build_classifier
from inr2vec_core.errors import InputError
from inr2vec_core.io.checkpoints import load_model, save_model

POINTS = 64
CLASSES = ["ball", "stick"]
OF_CLOUDS = ["pointnet", "pointnet2", "pointnet2_msg", "dgcnn"]


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def description(kind, classes=CLASSES):
    return {
        "type": kind, "classes": list(classes), "points": POINTS, "neighbors": 4,
        "resolution": 12, "state": 6, "steps": 9, "walks": 2, "cell": 0.2,
    }  # fmt: skip


def some_views(kind, b, seed=0):
    """Noise of the form that a network reads."""
    shapes = {"conv3dnet": (12, 12, 12), "meshwalker": (9, 3)}
    return random(b, *shapes.get(kind, (20, 3)), seed=seed)


def built(kind, seed=0, **changes):
    torch.manual_seed(seed)
    return build_classifier(description(kind, **changes))


# ---------------------------------------------------------------------------- by name


@pytest.mark.parametrize("kind", BASELINES)
def test_a_classifier_of_each_name_has_a_logit_for_each_class(kind):
    model = built(kind, classes="abcde").eval()
    logits = model(some_views(kind, 3))
    assert logits.shape == (3, 5)
    assert logits.isfinite().all()
    assert not torch.allclose(logits[0], logits[1])


@pytest.mark.parametrize("kind", BASELINES)
def test_all_parameters_of_each_learn(kind):
    model = built(kind)
    model.loss(some_views(kind, 4), torch.tensor([0, 1, 1, 0])).backward()
    assert not [name for name, p in model.named_parameters() if p.grad is None]
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_an_unknown_name_is_refused_with_those_there_are():
    for function in (baseline_of, build_classifier):
        with pytest.raises(
            InputError, match="no network 'pointnot'; there are pointnet, pointnet2"
        ):
            function(description("pointnot"))


@pytest.mark.parametrize("kind", BASELINES)
def test_a_network_in_a_file_gives_the_same_logits(kind, tmp_path):
    model = built(kind)
    model(some_views(kind, 4, seed=1))  # running figures that are not the first ones
    model.eval()
    save_model(model, description(kind), tmp_path / "network.safetensors", epochs=3)
    loaded, what = load_model(tmp_path / "network.safetensors", build_classifier)
    assert what == description(kind)
    assert not loaded.training
    assert torch.equal(loaded(some_views(kind, 2)), model(some_views(kind, 2)))


@pytest.mark.parametrize("kind", OF_CLOUDS)
def test_mixed_precision_trains_nearly_alike(kind):
    x, labels = random(16, 40, 3), torch.arange(16) % 2
    x[labels == 1, :, :2] *= 0.1
    losses, gradients = [], []
    for mixed in (False, True):
        model = built(kind)
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            losses.append(model.loss(x, labels))
        losses[-1].backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.head.parameters()]))
    assert losses[1].dtype == torch.float32
    torch.testing.assert_close(*losses, rtol=0.05, atol=0)
    assert F.cosine_similarity(*gradients, dim=0) > 0.8


# ---------------------------------------------------------------------------- the loss


class Penalized(nn.Identity):
    penalty = 2.5


def test_the_loss_is_cross_entropy_and_the_encoders_penalty():
    logits, labels = random(6, 3), torch.tensor([0, 1, 2, 2, 1, 0])
    plain = ShapeClassifier(nn.Identity(), nn.Identity()).loss(logits, labels)
    torch.testing.assert_close(plain, F.cross_entropy(logits, labels))
    penalized = ShapeClassifier(Penalized(), nn.Identity()).loss(logits, labels)
    torch.testing.assert_close(penalized, plain + 2.5)


def test_pointnets_loss_has_the_penalty_of_its_own_views():
    model = built("pointnet").eval()
    x, labels = random(2, 20, 3), torch.tensor([0, 1])
    with torch.no_grad():
        model.encoder.feature_transform.matrix[-1].bias.copy_(torch.eye(64).flatten())  # 2 I
        expected = F.cross_entropy(model(x), labels) + 1e-3 * 9 * 64 / 2
        torch.testing.assert_close(model.loss(x, labels), expected)


@pytest.mark.parametrize("classes", [2, 5, 40])
def test_dgcnns_labels_are_smoothed_as_published(classes):
    logits, labels = random(7, classes), torch.arange(7) % classes
    target = torch.full((7, classes), 0.2 / (classes - 1))
    target[torch.arange(7), labels] = 1 - 0.2
    torch.testing.assert_close(target.sum(1), torch.ones(7))
    expected = -(target * logits.log_softmax(1)).sum(1).mean()
    smoothing = built("dgcnn", classes=map(str, range(classes))).smoothing
    found = ShapeClassifier(nn.Identity(), nn.Identity(), smoothing).loss(logits, labels)
    torch.testing.assert_close(found, expected)


def test_a_single_class_can_be_smoothed():
    assert 0 <= BASELINES["dgcnn"].smoothing(1) <= 1


def test_the_other_networks_labels_are_not_smoothed():
    assert {built(kind).smoothing for kind in BASELINES if kind != "dgcnn"} == {0.0}
