"""What tells the parts of points, by the inputs that a job has."""

from inr2vec_core.baselines.segmenters import build_segmenter
from inr2vec_core.described import load_described
from inr2vec_core.embeddings import embeddings_by_shape
from inr2vec_core.segmentation.clouds import LabelledClouds
from inr2vec_core.segmentation.decoder import build_part_decoder
from inr2vec_core.segmentation.parts import Parts
from inr2vec_core.segmentation.predicting import (
    DecoderPredictor,
    NearestTrainingPoint,
    NetworkPredictor,
    Predictor,
)


def predictor_of(given, parts: Parts, seed: int, device) -> tuple[Predictor, dict]:
    """A part decoder with embeddings, a network alone, or neither: the nearest training point.

    Args:
        given: the job's inputs: `originals`, and of `model` and `embeddings` what there is.

    Returns:
        The predictor, and what a table says of it.
    """
    if not given.get("model"):
        return NearestTrainingPoint(LabelledClouds(given.originals, ["train"], parts)), {}
    if given.get("embeddings"):
        model, _ = load_described(given.model, build_part_decoder)
        embeddings = embeddings_by_shape(given.embeddings)
        return DecoderPredictor(model.to(device), parts, embeddings, device), {}
    model, description = load_described(given.model, build_segmenter)
    points = description["points"]
    return NetworkPredictor(model.to(device), parts, points, seed, device), {"points": points}
