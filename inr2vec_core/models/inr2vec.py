"""inr2vec models built from a description, and kept in files that carry it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from inr2vec_core.encoders import encoder_class
from inr2vec_core.errors import InputError
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.checkpoints import load_model
from inr2vec_core.modalities import Modality, modality
from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.models.shape_decoder import ShapeDecoder
from inr2vec_core.ops.chunked_loss import mean_loss
from inr2vec_core.reconstruction.extract import Field
from inr2vec_core.utils.float32_products import fast_float32_products


class Inr2vec(ShapeDecoder):
    """An encoder of the weights of INRs of one size, and the implicit decoder that trains it.

    Args:
        encoder: flat weights (b, n_parameters) -> embeddings (b, e).
        decoder: embeddings and coordinates -> logits.
        siren: the sizes of the INRs.
        modality: what the INRs represent.
        shift: as of `ShapeDecoder`.
        init: identifies the weights that the INRs start from, as of `InrSpec`; "" where unknown.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: ImplicitDecoder,
        siren: SirenConfig,
        modality: Modality,
        shift: float = 0.0,
        init: str = "",
    ):
        super().__init__(decoder, modality, shift)
        self.encoder, self.siren, self.init = encoder, siren, init

    def forward(self, flat: Tensor, coords: Tensor) -> Tensor:
        """(b, n_parameters), (b, q, 3) -> logits (b, q)."""
        return self.decoder(self.encoder(flat), coords)

    def loss(self, flat: Tensor, coords: Tensor, labels: Tensor) -> Tensor:
        """The modality's loss at queries.

        Args:
            flat: (b, n_parameters) weights.
            coords: (b, q, 3).
            labels: (b, q).

        Returns:
            The mean loss, ().
        """
        criterion = self.modality.criterion()
        embedding = self.encoder(flat).to(flat)  # in mixed precision an encoder's may be narrower
        return mean_loss(
            self.decoder, lambda logits, labels: criterion(logits.to(labels), labels),
            embedding, coords, labels, self.decoder.hidden,
        )  # fmt: skip

    def check(self, spec: InrSpec, name: str = "the encoder") -> None:
        """Check that the model was trained on INRs of this specification.

        Args:
            spec: what the INRs have in common.
            name: what messages call the model.

        Raises:
            InputError: it was not.
        """
        if (self.modality, self.siren) != (spec.modality, spec.siren):
            raise InputError(
                f"{name} was trained on {self.modality.name} INRs of {self.siren}, these "
                f"are {spec.modality.name} INRs of {spec.siren}: take one that was trained on such"
            )
        if self.init and spec.init and self.init != spec.init:
            raise InputError(
                f"{name} was trained on INRs that start from other weights than these: fit these "
                "from the same (the same seed, or the same learned init: inits.*.learned_on, or "
                "inits.*.file with the file of the encoder's model)"
            )


@torch.no_grad()
def embed(encoder: nn.Module, flat: Tensor) -> Tensor:
    """Embeddings of INRs: (b, n_parameters) -> (b, e), BatchNorm by its running figures."""
    encoder.eval()
    with fast_float32_products(flat.device):
        return encoder(flat)


def fields_of(spec: InrSpec, weights: Tensor, model: Inr2vec | None = None) -> Sequence[Field]:
    """The fields of INRs, or those that a model decodes from their embeddings.

    Args:
        spec: what the INRs have in common.
        weights: (b, n_parameters), on the device where fields will be evaluated.
        model: None for the INRs' own fields.

    Raises:
        InputError: the model was trained on other INRs.
    """
    if model is None:
        return spec.fields(weights)
    model.check(spec)
    return [model.decoded(embedding) for embedding in embed(model.encoder, weights)]


def build_inr2vec(architecture: Mapping) -> Inr2vec:
    """An untrained model.

    Args:
        architecture: `type` (a file in `encoders/`), `hidden`, `embedding`, `options` if any,
            `decoder_hidden`, `decoder_frequencies`, `siren` with the INRs' `width` and `depth`,
            and their `field`; `shift` of the decoder's logits, 0 if there is none; `init` of the
            INRs, "" if there is none.
    """
    siren = SirenConfig(**architecture["siren"])
    encoder = build_encoder(architecture, siren)
    decoder = ImplicitDecoder(
        *(architecture[k] for k in ("embedding", "decoder_hidden", "decoder_frequencies"))
    )
    more = {k: architecture[k] for k in ("shift", "init") if k in architecture}
    return Inr2vec(encoder, decoder, siren, modality(architecture["field"]), **more)


def build_encoder(architecture: Mapping, siren: SirenConfig) -> nn.Module:
    """An untrained encoder of INRs of these sizes; the keys as for `build_inr2vec`.

    Raises:
        InputError: there is no such type, or it does not take these options.
    """
    name, options = architecture["type"], architecture.get("options", {})
    try:
        return encoder_class(name)(
            siren, architecture["hidden"], architecture["embedding"], **options
        )
    except TypeError as error:
        raise InputError(f"an encoder of type {name} with options {options}: {error}") from error


def load_inr2vec_as(path: str | Path, architecture: Mapping, spec: InrSpec) -> Inr2vec:
    """Read a model that must be as it is described, and be trained on such INRs.

    Args:
        path: a file that `save_model` wrote.
        architecture: some of the keys that `build_inr2vec` takes.
        spec: what the INRs have in common.

    Raises:
        InputError: the file is no such model, differs from the description, or was trained on
            other INRs.
    """
    model, described = load_model(path, build_inr2vec)
    model.check(spec, str(path))
    there = {"options": {}, **described}
    if other := {key: there[key] for key, value in architecture.items() if there[key] != value}:
        found = ", ".join(f"{key}: {json.dumps(value)}" for key, value in other.items())
        raise InputError(
            f"{path} is another encoder than the entry describes: give the entry {found}"
        )
    return model


def load_inr2vec(path: str | Path) -> Inr2vec:
    """Read a model and its description, in evaluation mode.

    Args:
        path: a file that `save_model` wrote.

    Raises:
        InputError: the file is no such model.
    """
    return load_model(path, build_inr2vec)[0]
