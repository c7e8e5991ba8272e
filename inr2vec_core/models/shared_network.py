"""Shared networks built from a description, with what the shapes are that they represent."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from torch import Tensor

from inr2vec_core.errors import InputError
from inr2vec_core.io.checkpoints import load_model
from inr2vec_core.modalities import Modality, modality
from inr2vec_core.models.shape_decoder import ShapeDecoder
from inr2vec_core.shared_networks import network_class
from inr2vec_core.shared_networks._base import ShapeBatch, SharedNetwork


def digest_of_shapes(shape_ids: Sequence[str]) -> str:
    """What tells training shapes, in their order, from others."""
    return blake2b("\n".join(shape_ids).encode(), digest_size=8).hexdigest()


class SharedModel(ShapeDecoder):
    """One network for all shapes of a data set.

    Args:
        network: the network.
        modality: what the shapes are.
        trained_on: `digest_of_shapes` of the training shapes.
        shift: as of `ShapeDecoder`.
    """

    def __init__(
        self, network: SharedNetwork, modality: Modality, trained_on: str, shift: float = 0.0
    ):
        super().__init__(network, modality, shift)
        self.trained_on = trained_on

    @property
    def network(self) -> SharedNetwork:
        """The network, which is what decodes codes."""
        return self.decoder

    def represent(self, batch: ShapeBatch, seed: int) -> Tensor:
        """Codes (b, e) of shapes, as `SharedNetwork.represent`; in evaluation mode."""
        return self.network.represent(batch, seed)

    def codes_of_training(self, shape_ids: Sequence[str]) -> Tensor | None:
        """The codes (n, e) that training shapes have, where the network keeps them.

        Args:
            shape_ids: all training shapes, in the order of the training.

        Raises:
            InputError: it was trained on others.
        """
        codes = self.network.trained_codes()
        if codes is not None and digest_of_shapes(shape_ids) != self.trained_on:
            raise InputError(
                "the model keeps codes of its training shapes, which were others than these: train "
                "it on these"
            )
        return codes


def build_shared_model(description: Mapping) -> SharedModel:
    """An untrained model.

    Args:
        description: `network` (a file in `shared_networks/`), `shapes` (how many it is trained on),
            `trained_on` (their digest), `embedding`, `options`, `field`, and `shift`, 0 if there is
            none.

    Raises:
        InputError: there is no such network, or it does not take these options.
    """
    name, options = description["network"], description.get("options", {})
    try:
        network = network_class(name)(description["shapes"], description["embedding"], **options)
    except TypeError as error:
        raise InputError(f"a network {name} with options {options}: {error}") from error
    target = modality(description["field"])
    return SharedModel(network, target, description["trained_on"], description.get("shift", 0.0))


def load_shared_model(path: str | Path) -> SharedModel:
    """Read a model and its description, in evaluation mode.

    Args:
        path: a file that `save_model` wrote.

    Raises:
        InputError: the file is no such model.
    """
    return load_model(path, build_shared_model)[0]
