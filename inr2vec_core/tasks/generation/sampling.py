"""Sets of new shapes of one class, and the real ones that they are compared with."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.latent_gan import Generator
from inr2vec_core.models.shape_decoder import ShapeDecoder
from inr2vec_core.shapes.selection import select
from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings
from inr2vec_core.tasks.generation.gaussian import gaussian_samples
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import torch_stream


def shapes_of_class(
    shards: Sequence[str | Path], split: str, class_name: str, number: int, seed: int, *names: str
) -> list[Shape]:
    """Read shapes of a class and split, drawn by id; augmented copies are left out.

    Args:
        shards: files of shapes.
        split: "train", "val" or "test".
        class_name: the class.
        number: at most so many shapes.
        seed: the seed of the draw.
        names: what the draw is for.

    Returns:
        The shapes, in the order of the draw.
    """
    data = ShardedShapes(shards, shards, [split], copies=False)
    own = np.array([i for i, name in enumerate(data.class_name) if name == class_name])
    chosen = own[select([data.shape_id[i] for i in own], number, seed, *names)]
    return list(data.read(chosen, ["shapes"])["shapes"])


def sample_embeddings(
    method: str | Generator,
    data: EmbeddingSet,
    class_name: str,
    n: int,
    draws: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Draw embeddings of a class by one of the methods that are compared.

    Args:
        method: a trained generator; "gaussian" for samples of a Gaussian that is fitted to the
            training embeddings; "decoded_test" for the embeddings of test shapes themselves, a
            single draw, which shows what encoder and decoder leave of them.
        data: the embeddings of the data set.
        class_name: the class.
        n: embeddings of each draw.
        draws: how many draws.
        seed: the seed of the draws.

    Returns:
        Name of each draw -> (n, e) float32.
    """
    if method == "decoded_test":
        test = (data.split == "test") & (np.array(data.classes)[data.labels] == class_name)
        ids = [data.shape_id[i] for i in np.flatnonzero(test)]
        return {"draw 0": data.x[test][select(ids, n, seed, "generation")]}
    if method == "gaussian":
        own = ClassEmbeddings.of(data, class_name)
        return {f"draw {k}": gaussian_samples(own, n, seed, k) for k in range(draws)}
    return {
        f"draw {k}": method.sample(n, torch_stream(seed, "generated", class_name, k))
        for k in range(draws)
    }


def decode_sets(
    model: ShapeDecoder,
    sets: Mapping[str, np.ndarray],
    class_name: str,
    size: int,
    seed: int,
    device: torch.device | str = "cpu",
) -> dict[str, list[Shape | None]]:
    """Decode sets of embeddings to shapes.

    Args:
        model: the encoder with its decoder, on the device.
        sets: name -> (n, e) float32 embeddings.
        class_name: the class, for random streams and warnings.
        size: points of a cloud, or the resolution of a mesh's or voxels' grid.
        seed: the seed of clouds' points.
        device: where fields are evaluated.

    Returns:
        Name -> n shapes; None, and a warning, where an embedding decodes to no surface.
    """
    asked = [(name, k, row) for name, rows in sets.items() for k, row in enumerate(rows)]
    shapes: dict[str, list[Shape | None]] = {name: [] for name in sets}
    for name, k, row in track(asked, "decoding", unit="shape"):
        field = model.decoded(torch.from_numpy(row).to(device))
        stream = torch_stream(seed, "generated", class_name, name, k)
        what = f"{class_name}, {name}, {k}"
        shapes[name].append(model.modality.try_reconstruct(field, size, stream, device, label=what))
    return shapes
