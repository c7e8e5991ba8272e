"""What all models have in common that give the field of a shape from one vector."""

from collections.abc import Iterable

import numpy as np
from torch import Tensor, nn

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.modalities import Modality
from inr2vec_core.models.decoder_field import DecoderField
from inr2vec_core.reconstruction.evaluate import FAILED, distance_or_failed
from inr2vec_core.reconstruction.extract import CloudSettings
from inr2vec_core.utils.seeding import numpy_stream, torch_stream

_ONE_MOVE = CloudSettings(moves=1, rounds=40)


class ShapeDecoder(nn.Module):
    """A model that decodes shapes from embeddings, whatever it makes these of.

    Args:
        decoder: embeddings (b, e) and coordinates (b, q, 3) -> logits (b, q), with the width of its
            layers in `hidden`.
        modality: what the shapes are.
        shift: added to the logits where shapes are decoded, and not in training: below 0 decoded
            meshes are thicker and voxels fewer (`iso_level.calibrate_iso_level`).
    """

    def __init__(self, decoder: nn.Module, modality: Modality, shift: float = 0.0):
        super().__init__()
        self.decoder, self.modality, self.shift = decoder, modality, shift

    def decoded(self, embedding: Tensor) -> DecoderField:
        """The field that the decoder gives for one embedding (e,), its logits shifted."""
        values, shift = self.modality.values, self.shift
        return DecoderField(self.decoder, embedding, lambda logits: values(logits + shift))

    def logits(self, embedding: Tensor) -> DecoderField:
        """The decoder's plain logits for one embedding (e,), as a field."""
        return DecoderField(self.decoder, embedding, lambda logits: logits)


def decoded_distance(
    model: ShapeDecoder,
    embedding: Tensor,
    original: Shape,
    n_points: int,
    resolution: int,
    seed: int,
    shape_id: str,
) -> float:
    """Chamfer distance of the shape that is decoded from an embedding, as validations ask for it.

    Clouds take one move. Meshes are compared by points drawn on them (the paper compares
    vertices, which say nothing of a large flat face).

    Args:
        model: the decoder's model.
        embedding: (e,), on the model's device.
        original: the shape that it is compared with.
        n_points: points of a cloud, or points drawn on each mesh.
        resolution: of the grid that a mesh is extracted from.
        seed: the run's seed.
        shape_id: names the random streams.

    Returns:
        The distance; `FAILED` where there is no surface.
    """
    size = original.matching_size(n_points, resolution)
    stream = torch_stream(seed, "validation", shape_id)
    field = model.decoded(embedding)
    return distance_or_failed(
        original,
        lambda: model.modality.reconstruct(field, size, stream, embedding.device, _ONE_MOVE),
        n_points,
        numpy_stream(seed, "validation", shape_id),
    )


def decoding_scores(
    model: ShapeDecoder,
    represented: Iterable[tuple[str, Shape, Tensor]],
    n_points: int,
    resolution: int,
    seed: int,
) -> dict[str, float]:
    """What a validation says of decoded shapes.

    Args:
        model: the decoder's model.
        represented: name, original and embedding (e,) of each shape.
        n_points: as for `decoded_distance`.
        resolution: as for `decoded_distance`.
        seed: as for `decoded_distance`.

    Returns:
        "chamfer", the mean distance, and "failed", the share without a surface.
    """
    distances = [
        decoded_distance(model, embedding, shape, n_points, resolution, seed, shape_id)
        for shape_id, shape, embedding in represented
    ]
    return {
        "chamfer": float(np.mean(distances)),
        "failed": float(np.mean(np.array(distances) == FAILED)),
    }
