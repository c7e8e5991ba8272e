"""What the scripts of mappings read."""

import torch

from inr2vec_core.io.checkpoints import load_model
from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.models.load import load_shape_decoder
from inr2vec_core.models.transfer import build_transfer
from inr2vec_core.shapes.manifest import read_manifest
from inr2vec_core.tasks.mapping.methods import MappingMethods
from inr2vec_core.tasks.mapping.pairs import Pairs, share_a_frame, without_copies


def read_pairs(inputs, label: str) -> tuple[Pairs, bool]:
    """Read the pairs of a mapping's inputs, and whether their shapes share a frame.

    Args:
        inputs: the job's `snakemake.input`, with `source`, `target` and their manifests.
        label: names the mapping in the log.

    Returns:
        The pairs, and whether the clouds and meshes of both sides lie in one frame.
    """
    manifests = [read_manifest(inputs[f"{side}_manifest"]) for side in ("source", "target")]
    embeddings = [read_embeddings(inputs[side]) for side in ("source", "target")]
    pairs = Pairs.match(*map(without_copies, embeddings, manifests))
    pairs.report(label)
    return pairs, share_a_frame(pairs, *manifests)


def load_methods(
    inputs, pairs: Pairs, resolution: int, seed: int, device: torch.device
) -> MappingMethods:
    """Load the target's decoder, and the transfer network where it is an input.

    Args:
        inputs: the job's `snakemake.input`, with the decoder as `model`, and perhaps `network`.
        pairs: the test pairs to map.
        resolution: of the grid that each mesh is cut from.
        seed: the run's seed.
        device: where the networks run.
    """
    transfer = load_model(inputs.network, build_transfer)[0] if inputs.get("network") else None
    return MappingMethods(
        pairs, load_shape_decoder(inputs.model), transfer, resolution, seed, device
    )
