"""PointNet: its size, its transforms, and that the order of points does not matter."""

import pytest
import torch

from inr2vec_core.baselines.pointnet import (
    PointNetEncoder,
    PointTransform,
    orthogonality_loss,
    pointnet_head,
)
from inr2vec_core.baselines.registry import build_classifier


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return PointNetEncoder()


def set_matrix(transform, matrix):
    """Make a transform's prediction this matrix, whatever the points (it starts as constant)."""
    with torch.no_grad():
        transform.matrix[-1].bias.copy_((matrix - torch.eye(len(matrix))).flatten())


def test_it_has_the_published_size_less_the_biases_before_batchnorm():
    model = build_classifier(
        {"type": "pointnet", "points": 32, "classes": [str(c) for c in range(40)]}
    )
    transform = 64 + 128 + 1024 + 512 + 256
    biases = 2 * transform + (64 + 64) + (64 + 128 + 1024) + (512 + 256)
    assert sum(p.numel() for p in model.parameters()) == 3_480_049 - biases


@pytest.mark.parametrize("b, n", [(2, 32), (3, 33), (2, 5)])
def test_shapes(b, n, encoder):
    feature = encoder(random(b, n, 3))
    assert feature.shape == (b, encoder.width)
    assert pointnet_head(7)(feature).shape == (b, 7)


def test_the_order_of_points_does_not_matter(encoder):
    encoder(random(4, 50, 3, seed=1))  # running figures that are not the first ones
    set_matrix(encoder.input_transform, random(3, 3, seed=2))
    set_matrix(encoder.feature_transform, random(64, 64, seed=3))
    with torch.no_grad():
        for layer in (encoder.input_transform.matrix[-1], encoder.feature_transform.matrix[-1]):
            layer.weight.normal_(std=0.05)  # matrices that do depend on the points
    encoder.eval()
    x = random(3, 50, 3)
    order = torch.randperm(50, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        feature, of_shuffled = encoder(x), encoder(x[:, order])
    between_clouds = (feature[0] - feature[1]).abs().max()
    assert (feature - of_shuffled).abs().max() < 1e-3 * between_clouds


# ---------------------------------------------------------------------------- transforms


@pytest.mark.parametrize("size", [3, 64])
@pytest.mark.parametrize("training", [True, False])
def test_a_transform_starts_as_the_identity(size, training):
    matrices = PointTransform(size).train(training)(random(4, 20, size))
    assert torch.equal(matrices, torch.eye(size).expand(4, size, size))


def test_the_input_transform_multiplies_the_points(encoder):
    encoder.eval()
    x, matrix = random(2, 30, 3), random(3, 3, seed=5)
    moved = encoder(x @ matrix)
    plain = encoder(x)
    set_matrix(encoder.input_transform, matrix)
    torch.testing.assert_close(encoder(x), moved, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(plain, moved, rtol=1e-2, atol=1e-2)


def test_orthogonal_matrices_have_no_penalty():
    orthogonal = torch.linalg.qr(random(5, 64, 64))[0]
    assert float(orthogonality_loss(orthogonal)) < 1e-8
    assert float(orthogonality_loss(torch.eye(3)[None])) == 0


def test_the_penalty_by_hand():
    # 2 I: A A^T - I = 3 I, whose squared norm is 9 k; the mean over matrices, and half of it.
    assert float(orthogonality_loss(2 * torch.eye(64)[None])) == 9 * 64 / 2
    both = torch.stack([2 * torch.eye(3), torch.eye(3)])
    assert float(orthogonality_loss(both)) == 27 / 2 / 2
    sheared = torch.tensor([[[1.0, 1], [0, 1]]])  # A A^T = [[2, 1], [1, 1]]
    assert float(orthogonality_loss(sheared)) == 3 / 2


def test_the_penalty_is_that_of_the_last_feature_transforms(encoder):
    assert encoder.penalty == 0
    encoder(random(2, 20, 3))
    assert encoder.penalty == 0
    set_matrix(encoder.feature_transform, 2 * torch.eye(64))
    set_matrix(encoder.input_transform, 5 * torch.eye(3))  # which has none
    encoder(random(2, 20, 3))
    assert encoder.penalty.item() == pytest.approx(1e-3 * 9 * 64 / 2)
    encoder.penalty.backward()
    assert encoder.feature_transform.matrix[-1].bias.grad.abs().max() > 0


def test_mixed_precision_takes_the_penalty_in_float32():
    matrices = torch.eye(64) + 1e-3 * random(2, 64, 64)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = orthogonality_loss(matrices)
    torch.testing.assert_close(mixed, orthogonality_loss(matrices))
