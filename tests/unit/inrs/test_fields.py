"""Distances of known clouds, and what outputs stand for."""

import numpy as np
import torch

from inr2vec_core.inrs.fields import CLIP, field_values, sdf_labels, udf_labels


def test_labels_fall_linearly_from_one_on_the_surface_to_zero_at_a_tenth():
    queries = np.array([[0, 0, 0], [0.05, 0, 0], [0, -0.1, 0], [0, 0, 0.3], [1, 1, 1]])
    labels = udf_labels(np.zeros((1, 3)), queries)
    assert labels.dtype == np.float32
    np.testing.assert_allclose(labels, [1, 0.5, 0, 0, 0], atol=1e-7)


def test_the_nearest_point_counts():
    points = np.array([[0, 0, 0], [0.06, 0, 0]])
    np.testing.assert_allclose(udf_labels(points, np.array([[0.04, 0, 0]])), [0.8], atol=1e-6)


def test_logits_and_distances_of_outputs():
    logits = torch.tensor([0.0, 100.0, -100.0])
    torch.testing.assert_close(field_values(logits, "udf"), torch.tensor([CLIP / 2, 0, CLIP]))
    torch.testing.assert_close(field_values(logits, "udf", "mse"), torch.tensor([0.0, 100.0, 0.0]))


def test_outputs_that_fit_the_labels_give_the_distance_back(rng):
    points, queries = rng.uniform(-1, 1, (20, 3)), rng.uniform(-1, 1, (50, 3))
    labels = torch.from_numpy(udf_labels(points, queries)).double()
    distance = np.linalg.norm(points[None] - queries[:, None], axis=2).min(1)
    found = field_values(torch.logit(labels), "udf").numpy()
    np.testing.assert_allclose(found, np.minimum(distance, CLIP), atol=1e-7)


def test_signed_labels_are_zero_inside_half_on_the_surface_one_outside():
    labels = sdf_labels(np.array([-0.5, -0.1, -0.05, 0, 0.1, 0.7]))
    assert labels.dtype == np.float32
    np.testing.assert_allclose(labels, [0, 0, 0.25, 0.5, 1, 1], atol=1e-7)


def test_signed_distances_of_outputs():
    logits = torch.tensor([0.0, 100.0, -100.0])
    torch.testing.assert_close(field_values(logits, "sdf"), torch.tensor([0, CLIP, -CLIP]))
    assert torch.equal(field_values(logits, "sdf", "mse"), logits)


def test_occupancies_are_probabilities_whatever_the_loss_is_called():
    logits = torch.tensor([0.0, 100.0, -100.0])
    for loss in ("bce", "mse"):
        torch.testing.assert_close(field_values(logits, "occ", loss), torch.tensor([0.5, 1, 0]))
