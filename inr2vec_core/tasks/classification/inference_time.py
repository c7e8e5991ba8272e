"""What has to be timed to classify one shape, given as an INR or as a cloud."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch import Tensor

from inr2vec_core.errors import BadShape
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.models.classifier import mlp_classifier
from inr2vec_core.models.inr2vec import build_encoder, embed
from inr2vec_core.reconstruction.extract import Field

_log = logging.getLogger(__name__)


def untrained_encoder_classifier(
    description: Mapping,
    siren: SirenConfig,
    classes: int,
    hidden: Sequence[int],
    device: torch.device | str = "cpu",
) -> Callable[[Tensor], Tensor]:
    """Build an encoder of INRs and a classifier of its embeddings.

    Args:
        description: of the encoder, as `build_encoder` takes it.
        siren: of the INRs.
        classes: how many.
        hidden: the classifier's layers.
        device: where both compute.

    Returns:
        A function of INR weights (b, n) that gives logits (b, classes).
    """
    encoder = build_encoder(description, siren).to(device).eval()
    classifier = mlp_classifier(description["embedding"], classes, hidden).to(device).eval()
    return lambda flat: classifier(embed(encoder, flat))


def cloud_of_field(field: Field, points: int, device: torch.device | str = "cpu") -> Tensor:
    """Reconstruct a cloud (n, 3) from an unsigned distance field, always with the same draws."""
    stream = torch.Generator().manual_seed(0)
    return torch.from_numpy(modality("udf").reconstruct(field, points, stream, device).points)


def first_cloud(
    fields: Iterable[Field], points: int, device: torch.device | str = "cpu"
) -> tuple[Field | None, Tensor]:
    """Find the first field that gives a cloud.

    Args:
        fields: unsigned distance fields.
        points: of the cloud.
        device: where fields are evaluated.

    Returns:
        The field and the cloud (1, n, 3) on the device; None and noise in [-1, 1] if no field
        gives a cloud.
    """
    for field in fields:
        try:
            return field, cloud_of_field(field, points, device)[None].to(device)
        except BadShape as error:
            _log.warning("an INR gives no cloud: %s", error)
    return None, torch.rand(1, points, 3, device=device) * 2 - 1
