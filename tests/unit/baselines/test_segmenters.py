"""The part segmentation networks: sizes, symmetries, losses, and layers against plain ones."""

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inr2vec_core.baselines.baseline import CloudSegmenter
from inr2vec_core.baselines.dgcnn import CLOUDS, SLOPE, DeepEdgeConv, EdgeTransform
from inr2vec_core.baselines.pointnet import PointNetSegmenter
from inr2vec_core.baselines.pointnet2 import FeaturePropagation
from inr2vec_core.baselines.registry import SEGMENTERS, build_segmenter
from inr2vec_core.errors import InputError
from inr2vec_core.io.checkpoints import load_model, save_model
from inr2vec_core.ops.neighbors import gathered, k_nearest

CLASSES = ["lamp", "chair", "mug"]
PARTS = 7


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def clouds(b, n, seed=0):
    return F.normalize(random(b, n, 3, seed=seed), dim=2)


def one_hots(b, first=0):
    return torch.eye(len(CLASSES))[(first + torch.arange(b)) % len(CLASSES)]


def description(kind, classes=CLASSES, parts=PARTS, neighbors=6):
    return {
        "type": kind, "classes": list(classes), "parts": parts, "points": 32,
        "neighbors": neighbors,
    }  # fmt: skip


def built(kind, seed=0, **changes):
    torch.manual_seed(seed)
    return build_segmenter(description(kind, **changes))


def used(kind):
    """A network in evaluation whose transforms depend on the points, and whose figures ran."""
    model = built(kind)
    for name, module in model.named_modules():
        if name.endswith("transform.matrix"):
            nn.init.normal_(module[-1].weight, std=0.02)
    for seed in range(3):
        model(clouds(4, 24, seed=20 + seed), one_hots(4, seed))
    return model.eval()


def without_dropout(model):
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


# ---------------------------------------------------------------------------- sizes


def layers(*widths):
    """Weights of linear layers and BatchNorms one after another."""
    return sum(a * b + 2 * b for a, b in pairwise(widths))


def transform(size, first):
    return layers(*first, 1024, 512, 256) + 256 * size**2 + size**2


def size_of(kind):
    model = built(kind, classes=map(str, range(16)), parts=50, neighbors=40)
    return sum(p.numel() for p in model.parameters())


def test_pointnet_has_the_published_layers():
    of_points = layers(3, 64, 128, 128) + layers(128, 512, 2048)
    joined = 64 + 128 + 128 + 128 + 512 + 2048 + 16
    assert joined == 3024  # in the figure
    last = layers(joined, 256, 256, 128) + 128 * 50 + 50
    transforms = transform(3, (3, 64, 128)) + transform(128, (128, 64, 128))
    assert size_of("pointnet") == transforms + of_points + last == 7_843_387


def test_pointnet2_has_the_published_layers():
    down = layers(3, 64, 64, 128) + layers(3 + 128, 128, 128, 256) + layers(3 + 256, 256, 512, 1024)
    up = layers(256 + 1024, 256, 256) + layers(128 + 256, 256, 128)
    up += layers(3 + 16 + 128, 128, 128, 128)
    last = layers(128, 128) + 128 * 50 + 50
    assert size_of("pointnet2") == down + up + last == 1_406_706


def test_pointnet2_with_balls_of_several_sizes_has_the_published_layers():
    down = layers(3, 32, 32, 64) + layers(3, 64, 64, 128) + layers(3, 64, 96, 128)
    first = 64 + 128 + 128
    down += layers(3 + first, 128, 128, 256) + layers(3 + first, 128, 196, 256)
    down += layers(3 + 512, 256, 512, 1024)
    up = layers(512 + 1024, 256, 256) + layers(first + 256, 256, 128)
    up += layers(3 + 16 + 128, 128, 128)
    last = layers(128, 128) + 128 * 50 + 50
    # The public count less biases before BatchNorm, and less coordinates that are read twice.
    assert size_of("pointnet2_msg") == down + up + last == 1_740_958 - 4_836 - 864


def test_dgcnn_has_the_published_layers_and_a_bias_at_the_end():
    of_points = layers(6, 64, 64) + layers(2 * 64, 64, 64) + layers(2 * 64, 64) + layers(192, 1024)
    last = layers(16, 64) + layers(192 + 1024 + 64, 256, 256, 128) + 128 * 50
    published = transform(3, (6, 64, 128)) + of_points + last
    assert size_of("dgcnn") == published + 50 == 1_460_411


# ---------------------------------------------------------------------------- by name


@pytest.mark.parametrize("kind", SEGMENTERS)
@pytest.mark.parametrize("b, n", [(2, 24), (3, 7), (2, 2), (2, 130)])
def test_every_point_has_a_logit_of_every_part_however_few_points_there_are(b, n, kind):
    logits = built(kind)(clouds(b, n), one_hots(b))
    assert logits.shape == (b, n, PARTS)
    assert logits.isfinite().all()


@pytest.mark.parametrize("kind", SEGMENTERS)
def test_larger_clouds_than_there_are_centers(kind):
    model = built(kind).eval()
    with torch.no_grad():
        assert model(clouds(1, 600), one_hots(1)).shape == (1, 600, PARTS)


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(
        InputError,
        match="no network 'pointnot' for parts; there are pointnet, pointnet2, pointnet2_msg",
    ):
        build_segmenter(description("pointnot"))


@pytest.mark.parametrize("kind", SEGMENTERS)
def test_a_network_in_a_file_gives_the_same_logits(kind, tmp_path):
    model = used(kind)
    save_model(model, description(kind), tmp_path / "network.safetensors", epochs=3)
    loaded, what = load_model(tmp_path / "network.safetensors", build_segmenter)
    assert what == description(kind)
    x, kinds = clouds(2, 20), one_hots(2)
    assert torch.equal(loaded(x, kinds), model(x, kinds))


# ---------------------------------------------------------------------------- what counts


@pytest.mark.parametrize("kind", SEGMENTERS)
@torch.no_grad()
def test_logits_follow_their_points_in_any_order(kind):
    # PointNet++'s balls hold all 24 points here: of more than fit, the first are taken.
    model, x, kinds = used(kind), clouds(3, 24), one_hots(3)
    order = torch.randperm(24, generator=torch.Generator().manual_seed(0))
    logits, of_shuffled = model(x, kinds), model(x[:, order], kinds)
    between_points = (logits[:, 0] - logits[:, 1]).abs().max()
    assert (logits[:, order] - of_shuffled).abs().max() < 1e-3 * between_points


@pytest.mark.parametrize("kind", SEGMENTERS)
@torch.no_grad()
def test_logits_depend_on_the_own_category_alone(kind):
    model, x, kinds = used(kind), clouds(3, 24), one_hots(3)
    logits = model(x, kinds)
    other = model(x, torch.stack([kinds[1], kinds[1], kinds[2]]))
    assert (logits[0] - other[0]).abs().max() > 1e-3
    torch.testing.assert_close(logits[1:], other[1:])


@pytest.mark.parametrize("kind", SEGMENTERS)
def test_all_parameters_of_each_learn(kind):
    model = used(kind).train()
    labels = torch.arange(4 * 24).view(4, 24) % PARTS
    model.loss(clouds(4, 24), one_hots(4), labels).backward()
    for name, p in model.named_parameters():
        assert p.grad is not None and p.grad.isfinite().all(), name
        assert p.grad.abs().max() > 0, name


@pytest.mark.parametrize("kind", SEGMENTERS)
def test_training_lowers_the_loss(kind):
    # Above or below the middle, and which parts those are by category.
    x, kinds = clouds(6, 40), one_hots(6)
    labels = 2 * (torch.arange(6) % 3).unsqueeze(1) + (x[:, :, 2] > 0)
    model = without_dropout(built(kind))
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = model.loss(x, kinds, labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    floor = 1.0 if kind == "dgcnn" else 0.0  # smoothed labels leave this much
    assert losses[-1] < floor + 0.6 * (losses[0] - floor), losses


@pytest.mark.parametrize("kind", SEGMENTERS)
def test_mixed_precision_trains_nearly_alike(kind):
    x, kinds = clouds(16, 40), one_hots(16)
    labels = 2 * (torch.arange(16) % 3).unsqueeze(1) + (x[:, :, 2] > 0)
    losses, gradients = [], []
    for mixed in (False, True):
        model = without_dropout(built(kind))
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            losses.append(model.loss(x, kinds, labels))
        losses[-1].backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.network.last.parameters()]))
    assert losses[1].dtype == torch.float32
    torch.testing.assert_close(*losses, rtol=0.05, atol=0)
    assert F.cosine_similarity(*gradients, dim=0) > 0.9


# ---------------------------------------------------------------------------- the loss


class Given(nn.Module):
    """A network whose clouds are the logits."""

    def forward(self, points, one_hot):
        return points


def test_the_loss_is_cross_entropy_of_all_points_over_all_parts():
    logits, labels = random(2, 5, PARTS), torch.arange(10).view(2, 5) % PARTS
    expected = -logits.log_softmax(2).gather(2, labels.unsqueeze(2)).mean()
    loss = CloudSegmenter(Given()).loss(logits, one_hots(2), labels)
    assert loss.shape == ()
    torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize("parts", [2, 7, 50])
def test_dgcnns_labels_are_smoothed_as_in_classification(parts):
    logits, labels = random(3, 4, parts), torch.arange(12).view(3, 4) % parts
    target = torch.full((3, 4, parts), 0.2 / (parts - 1))
    target.scatter_(2, labels.unsqueeze(2), 1 - 0.2)
    expected = -(target * logits.log_softmax(2)).sum(2).mean()
    smoothing = built("dgcnn", parts=parts).smoothing
    found = CloudSegmenter(Given(), smoothing).loss(logits, one_hots(3), labels)
    torch.testing.assert_close(found, expected)


def test_the_other_networks_labels_are_not_smoothed():
    assert {built(kind).smoothing for kind in SEGMENTERS if kind != "dgcnn"} == {0.0}


def test_pointnets_loss_has_the_penalty_of_its_own_clouds():
    model = built("pointnet").eval()
    x, kinds, labels = clouds(2, 20), one_hots(2), torch.zeros(2, 20, dtype=torch.int64)
    with torch.no_grad():
        model.network.feature_transform.matrix[-1].bias.copy_(torch.eye(128).flatten())  # 2 I
        expected = F.cross_entropy(model(x, kinds).flatten(0, 1), labels.flatten())
        expected = expected + 1e-3 * 9 * 128 / 2
        torch.testing.assert_close(model.loss(x, kinds, labels), expected)


# ---------------------------------------------------------------------------- transforms


@pytest.mark.parametrize("kind", ["pointnet", "dgcnn"])
def test_transforms_multiply_the_points(kind):
    model, x, kinds = built(kind).eval(), clouds(2, 20), one_hots(2)
    network = model.network
    whole = (network.input_transform if kind == "pointnet" else network.transform).matrix
    matrix = torch.linalg.qr(random(3, 3, seed=5))[0]
    with torch.no_grad():
        plain, moved = model(x, kinds), model(x @ matrix, kinds)
        whole[-1].bias.copy_((matrix - torch.eye(3)).flatten())
        transformed = model(x, kinds)
    assert (transformed - moved).abs().max() < 1e-2 * (plain - moved).abs().max()


def test_the_transform_of_edges_starts_as_the_identity():
    x = clouds(4, 20)
    matrices = EdgeTransform()(x, k_nearest(x, 5))
    assert torch.equal(matrices, torch.eye(3).expand(4, 3, 3))


def test_pointnet_joins_the_features_before_and_after_the_transform():
    torch.manual_seed(0)
    network = PointNetSegmenter(3, PARTS).eval()
    with torch.no_grad():
        network.feature_transform.matrix[-1].bias.copy_(torch.eye(128).flatten())  # 2 I
    seen = []
    network.joined.register_forward_hook(lambda module, given, out: seen.extend(given))
    network(clouds(2, 20), one_hots(2))
    own, whole = seen
    third, moved = own[..., 192:320], own[..., 320:448]
    torch.testing.assert_close(moved, 2 * third)
    assert whole.shape == (2, 1, 2048 + 3) and torch.equal(whole[:, 0, 2048:], one_hots(2))


# ---------------------------------------------------------------------------- EdgeConv


class Plain(nn.Module):
    """All edges [x_j - x_i, x_i] through two layers, and their maximum."""

    def __init__(self, ours):
        super().__init__()
        hidden, outputs = len(ours.linear.weight), len(ours.second.weight)
        self.layers = nn.Sequential(
            nn.Linear(ours.linear.in_features, hidden, bias=False), nn.BatchNorm1d(hidden),
            nn.LeakyReLU(SLOPE), nn.Linear(hidden, outputs, bias=False), nn.BatchNorm1d(outputs),
            nn.LeakyReLU(SLOPE),
        )  # fmt: skip
        with torch.no_grad():
            for mine, theirs in zip(self.parameters(), ours.parameters(), strict=True):
                mine.copy_(theirs)

    def forward(self, x, neighbors):
        own = x.unsqueeze(2).expand(*neighbors.shape, -1)
        edges = torch.cat([gathered(x, neighbors) - own, own], 3)
        return self.layers(edges.flatten(0, 2)).view(*neighbors.shape, -1).amax(2)


def norms(module):
    return [m for m in module.modules() if isinstance(m, nn.BatchNorm1d)]


def made(inputs, hidden, outputs):
    torch.manual_seed(0)
    ours = DeepEdgeConv(inputs, hidden, outputs)
    with torch.no_grad():
        for i, norm in enumerate(norms(ours)):  # weights of both signs
            norm.weight.copy_(random(len(norm.weight), seed=i))
            norm.bias.copy_(random(len(norm.bias), seed=10 + i))
    return ours, Plain(ours)


@pytest.mark.parametrize(
    "b, n, k, i, h, o", [(3, 15, 4, 3, 8, 6), (1, 6, 6, 5, 4, 9), (2, 9, 1, 2, 12, 5)]
)
def test_two_layers_on_edges_are_the_plain_ones(b, n, k, i, h, o):
    ours, plain = made(i, h, o)
    for seed in (0, 1):  # figures run over several batches
        x = random(b, n, i, seed=seed) + 0.5
        near, upstream = k_nearest(x, k), random(b, n, o, seed=seed + 10)
        results = []
        for module in (ours, plain):
            leaf = x.clone().requires_grad_()
            out = module(leaf, near)
            results.append([out, *torch.autograd.grad(out, [leaf, *module.parameters()], upstream)])
        assert (results[1][0] < 0).any() and (results[1][0] > 0).any()
        torch.testing.assert_close(*results, rtol=1e-3, atol=1e-4)
    for mine, theirs in zip(norms(ours), norms(plain), strict=True):
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            torch.testing.assert_close(
                getattr(mine, name), getattr(theirs, name), rtol=1e-4, atol=1e-5
            )


def test_two_layers_in_evaluation_take_any_number_of_clouds():
    ours, plain = made(3, 8, 6)
    x = random(2 * CLOUDS + 3, 10, 3)
    near = k_nearest(x, 4)
    ours(x, near), plain(x, near)
    ours.eval(), plain.eval()
    torch.testing.assert_close(ours(x, near), plain(x, near), rtol=1e-4, atol=1e-4)


def test_neighbors_are_found_among_moved_points_and_in_the_features_of_each_layer(monkeypatch):
    asked = []

    def recorded(x, k):
        asked.append((x.detach().clone(), k))
        return k_nearest(x, k)

    monkeypatch.setattr("inr2vec_core.baselines.dgcnn.k_nearest", recorded)
    model, x = built("dgcnn", neighbors=4), clouds(2, 12)
    with torch.no_grad():
        model.network.transform.matrix[-1].bias.copy_(torch.eye(3).flatten())  # 2 I
    model(x, one_hots(2))
    assert [tuple(features.shape) for features, _ in asked] == [
        (2, 12, 3), (2, 12, 3), (2, 12, 64), (2, 12, 64)
    ]  # fmt: skip
    assert torch.equal(asked[0][0], x) and {k for _, k in asked} == {4}
    torch.testing.assert_close(asked[1][0], 2 * x)


# ---------------------------------------------------------------------------- propagation


def test_propagation_at_the_centers_is_a_network_of_their_own_features():
    torch.manual_seed(0)
    layer = FeaturePropagation(4, 6, [5, 3]).eval()
    points, own, others = clouds(2, 9), random(2, 9, 4), random(2, 9, 6, seed=1)
    joined = layer.joined
    weight = torch.cat([joined.of_own.weight, joined.of_others.weight], 1)
    x = (torch.cat([own, others], 2) @ weight.T).flatten(0, 1)
    expected = layer.rest(joined.norm(x).relu()).view(2, 9, 3)
    torch.testing.assert_close(layer(points, own, points, others), expected, rtol=1e-4, atol=1e-5)


def test_pointnet2_spreads_the_clouds_feature_to_all_centers_alike():
    model = used("pointnet2")
    seen = []
    model.network.joined.register_forward_hook(lambda m, given, out: seen.extend([*given, out]))
    model(clouds(2, 24), one_hots(2))
    own, whole, out = seen
    assert own.shape == (2, 24, 256) and whole.shape == (2, 1, 1024)
    layer = model.network.joined
    both = own @ layer.of_own.weight.T + (whole @ layer.of_others.weight.T).expand(2, 24, 256)
    torch.testing.assert_close(out, layer.norm(both.flatten(0, 1)).relu().view(2, 24, 256))
