"""Any model that decodes shapes, of INRs' embeddings or of a shared network, from its file."""

from collections.abc import Mapping
from pathlib import Path

from inr2vec_core.io.checkpoints import load_model
from inr2vec_core.models.inr2vec import build_inr2vec
from inr2vec_core.models.shape_decoder import ShapeDecoder
from inr2vec_core.models.shared_network import build_shared_model


def load_shape_decoder(path: str | Path) -> ShapeDecoder:
    """Read a model that gives shapes from vectors, in evaluation mode.

    Args:
        path: a file that `save_model` wrote.

    Raises:
        InputError: the file is no such model.
    """
    return load_model(path, _build)[0]


def _build(description: Mapping) -> ShapeDecoder:
    of_shared = "network" in description
    return build_shared_model(description) if of_shared else build_inr2vec(description)
