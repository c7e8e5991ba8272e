"""What tells the parts of points, by the inputs that a job has."""

from collections.abc import Container, Mapping
from types import MappingProxyType
from typing import NamedTuple

from inr2vec_core.baselines.registry import build_segmenter
from inr2vec_core.io.checkpoints import load_model, parse_bool, read_metadata
from inr2vec_core.io.embeddings import embeddings_by_shape
from inr2vec_core.models.part_decoder import build_part_decoder
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset
from inr2vec_core.tasks.segmentation.parts import Parts
from inr2vec_core.tasks.segmentation.predictors import (
    DecoderPredictor,
    NearestTrainingPoint,
    NetworkPredictor,
    Predictor,
)


class LoadedPredictor(NamedTuple):
    """What tells parts in a job.

    Attributes:
        predict: the predictor. known: the shapes that it can be asked about; None for all.
        described: what a table says of it.
    """

    predict: Predictor
    known: Container[str] | None = None
    described: Mapping = MappingProxyType({})


def predictor_of(given, parts: Parts, seed: int, device) -> LoadedPredictor:
    """A part decoder with embeddings, a network alone, or neither: the nearest training point.

    Args:
        given: the job's inputs: `originals`, and of `model` and `embeddings` what there is.
    """
    if not given.get("model"):
        return LoadedPredictor(NearestTrainingPoint(PartDataset(given.originals, ["train"], parts)))
    training = read_metadata(given.model)
    told = {"epochs": int(training["epochs"]), "converged": parse_bool(training["converged"])}
    if given.get("embeddings"):
        model, _ = load_model(given.model, build_part_decoder)
        embeddings = embeddings_by_shape(given.embeddings)
        predict = DecoderPredictor(model.to(device), parts, embeddings, device)
        return LoadedPredictor(predict, embeddings, told)
    model, description = load_model(given.model, build_segmenter)
    points = description["points"]
    predict = NetworkPredictor(model.to(device), parts, points, seed, device)
    return LoadedPredictor(predict, None, told | {"n_points": points})
