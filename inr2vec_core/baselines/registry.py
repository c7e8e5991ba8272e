"""The specialized networks by name, and how they are built from a description.

They are listed here and not found by file name, as encoders are: what a job depends on is read from
import statements, and the rules of these networks need no further list that way.
"""

from collections.abc import Mapping

from inr2vec_core.baselines import (
    conv3dnet,
    dgcnn,
    meshwalker,
    pointnet,
    pointnet2,
    pointnet2_msg,
)
from inr2vec_core.baselines.autoencoder import PointAutoencoder
from inr2vec_core.baselines.baseline import Baseline, CloudSegmenter, ShapeClassifier
from inr2vec_core.errors import InputError

BASELINES: dict[str, Baseline] = {
    "pointnet": pointnet.BASELINE,
    "pointnet2": pointnet2.BASELINE,
    "pointnet2_msg": pointnet2_msg.BASELINE,
    "dgcnn": dgcnn.BASELINE,
    "conv3dnet": conv3dnet.BASELINE,
    "meshwalker": meshwalker.BASELINE,
}
SEGMENTERS = {name: baseline for name, baseline in BASELINES.items() if baseline.segmenter}


def baseline_of(description: Mapping) -> Baseline:
    """The network that a description names as its `type`.

    Raises:
        InputError: there is none of this name.
    """
    if description["type"] not in BASELINES:
        raise InputError(f"no network {description['type']!r}; there are {', '.join(BASELINES)}")
    return BASELINES[description["type"]]


def build_classifier(description: Mapping) -> ShapeClassifier:
    """Build an untrained classifier.

    Args:
        description: `type` (a name in `BASELINES`), `classes` (their names), and what the type
            needs: `points` of clouds; `neighbors` in the graphs of dgcnn; `resolution` of voxels;
            of meshwalker `state`, and `steps`, `walks` and `cell` as of `WalkInput`.

    Raises:
        InputError: there is no such type.
    """
    baseline = baseline_of(description)
    classes = len(description["classes"])
    return ShapeClassifier(
        baseline.encoder(description),
        baseline.head(description, classes),
        baseline.smoothing(classes),
    )


def build_autoencoder(description: Mapping) -> PointAutoencoder:
    """Build an untrained autoencoder of clouds.

    Args:
        description: as for `build_classifier`, with the length of the `embedding` in place of the
            classes.

    Raises:
        InputError: there is no such type.
    """
    encoder = baseline_of(description).encoder(description)
    return PointAutoencoder(encoder, description["embedding"], description["points"])


def build_segmenter(description: Mapping) -> CloudSegmenter:
    """Build an untrained part segmentation network.

    Args:
        description: `type` (a name in `SEGMENTERS`), `classes` (the categories' names), `parts`
            (the number of parts of all categories), `points` of clouds, and `neighbors` in the
            graphs of dgcnn.

    Raises:
        InputError: there is no such type.
    """
    if description["type"] not in SEGMENTERS:
        raise InputError(
            f"no network {description['type']!r} for parts; there are {', '.join(SEGMENTERS)}"
        )
    baseline = SEGMENTERS[description["type"]]
    return CloudSegmenter(baseline.segmenter(description), baseline.smoothing(description["parts"]))
