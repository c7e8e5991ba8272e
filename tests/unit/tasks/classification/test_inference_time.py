"""What is timed to classify one shape."""

import torch

from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.tasks.classification.inference_time import (
    cloud_of_field,
    first_cloud,
    untrained_encoder_classifier,
)


def sphere(coords):
    return (coords.norm(dim=1) - 0.5).abs()


def nothing(coords):
    return 9 + 0 * coords[:, 0]


def test_the_first_field_that_gives_a_cloud_is_taken(caplog):
    field, cloud = first_cloud([nothing, sphere, sphere], 20)
    assert field is sphere and cloud.shape == (1, 20, 3)
    assert torch.equal(cloud[0], cloud_of_field(sphere, 20))
    assert "an INR gives no cloud" in caplog.text


def test_noise_is_classified_where_no_field_gives_a_cloud():
    field, cloud = first_cloud([nothing], 20)
    assert field is None and cloud.shape == (1, 20, 3) and cloud.abs().max() <= 1


def test_an_encoder_and_a_classifier_give_logits_of_weights():
    siren = SirenConfig(4, 2)
    entry = {"type": "inr2vec", "hidden": [6], "embedding": 5, "options": {}}
    classify = untrained_encoder_classifier(entry, siren, 3, [4])
    with torch.no_grad():
        assert classify(torch.zeros(2, siren.n_parameters)).shape == (2, 3)
