"""What the scripts of mappings read."""

from inr2vec_core.io.checkpoints import load_model
from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.models.inr2vec import load_inr2vec
from inr2vec_core.models.transfer import build_transfer
from inr2vec_core.shapes.manifest import read_manifest
from inr2vec_core.tasks.mapping.methods import MappingMethods
from inr2vec_core.tasks.mapping.pairs import Pairs, share_a_frame, without_copies


def read_pairs(given, label: str) -> tuple[Pairs, bool]:
    """Read the pairs of a mapping's inputs, and whether their shapes share a frame."""
    manifests = [read_manifest(given[f"{side}_manifest"]) for side in ("source", "target")]
    embeddings = [read_embeddings(given[side]) for side in ("source", "target")]
    pairs = Pairs.match(*map(without_copies, embeddings, manifests))
    pairs.report(label)
    return pairs, share_a_frame(pairs, *manifests)


def load_methods(given, pairs: Pairs, resolution: int, seed: int, device) -> MappingMethods:
    """Load the target's decoder, and the transfer network where it is an input."""
    transfer = load_model(given.network, build_transfer)[0] if given.get("network") else None
    return MappingMethods(pairs, load_inr2vec(given.model), transfer, resolution, seed, device)
