"""inr2vec models built from a description, and kept in files that carry it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from inr2vec_core.encoders import encoder_class
from inr2vec_core.errors import InputError
from inr2vec_core.inrs.fields import values_of
from inr2vec_core.inrs.losses import criterion_of
from inr2vec_core.inrs.siren import SirenConfig
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.checkpoints import load_model, save_model
from inr2vec_core.models.decoder_field import DecoderField
from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.ops.chunked_loss import mean_loss
from inr2vec_core.reconstruction.extract import Field


class Inr2vec(nn.Module):
    """An encoder of the weights of INRs of one size, and the implicit decoder that trains it.

    Args:
        shift: added to the decoder's logits where shapes are decoded, and not in training: below 0
            decoded meshes are thicker and voxels fewer (`levels.calibrate_iso_level`).
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: ImplicitDecoder,
        siren: SirenConfig,
        field: str = "udf",
        shift: float = 0.0,
    ):
        super().__init__()
        self.encoder, self.decoder, self.siren = encoder, decoder, siren
        self.field, self.shift = field, shift

    def forward(self, flat: Tensor, coords: Tensor) -> Tensor:
        """(b, n_parameters), (b, q, 3) -> logits (b, q)."""
        return self.decoder(self.encoder(flat), coords)

    def loss(self, flat: Tensor, coords: Tensor, labels: Tensor) -> Tensor:
        """Mean cross-entropy or focal loss of the field at queries: labels (b, q) -> ()."""
        criterion = criterion_of(self.field)
        embedding = self.encoder(flat).to(flat)  # in mixed precision an encoder's may be narrower
        return mean_loss(
            self.decoder, lambda logits, labels: criterion(logits.to(labels), labels),
            embedding, coords, labels, self.decoder.hidden,
        )  # fmt: skip

    def check(self, spec: InrSpec) -> None:
        """Checks that the model was trained on INRs of this specification.

        Raises:
            InputError: it was not.
        """
        if (self.field, self.siren) != (spec.field, spec.siren):
            raise InputError(
                f"the encoder was trained on {self.field} INRs of {self.siren}, these "
                f"are {spec.field} INRs of {spec.siren}: take one that was trained on such"
            )

    def decoded(self, embedding: Tensor) -> DecoderField:
        """The field that the decoder gives for one embedding (e,), its logits shifted."""
        values, shift = values_of(self.field), self.shift
        return DecoderField(self.decoder, embedding, lambda logits: values(logits + shift))

    def logits(self, embedding: Tensor) -> DecoderField:
        """The decoder's plain logits for one embedding (e,), as a field."""
        return DecoderField(self.decoder, embedding, lambda logits: logits)


@torch.no_grad()
def embed(encoder: nn.Module, flat: Tensor) -> Tensor:
    """Embeddings of INRs: (b, n_parameters) -> (b, e), BatchNorm by its running figures."""
    encoder.eval()
    return encoder(flat)


def fields_of(spec: InrSpec, weights: Tensor, model: Inr2vec | None = None) -> Sequence[Field]:
    """The fields of INRs, or those that a model decodes from their embeddings.

    Args:
        spec: what the INRs have in common.
        weights: (b, n_parameters), on the device where fields will be evaluated.
        model: None for the INRs' own fields.

    Raises:
        InputError: the model was trained on INRs of another kind.
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
            and their `field`; `shift` of the decoder's logits, 0 if there is none.
    """
    siren = SirenConfig(**architecture["siren"])
    encoder = build_encoder(architecture, siren)
    decoder = ImplicitDecoder(
        *(architecture[k] for k in ("embedding", "decoder_hidden", "decoder_frequencies"))
    )
    return Inr2vec(encoder, decoder, siren, architecture["field"], architecture.get("shift", 0.0))


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


def save_inr2vec(model: Inr2vec, architecture: Mapping, path: str | Path, **metadata) -> None:
    """Write the model's weights with its description and further metadata (safetensors)."""
    save_model(model, architecture, path, **metadata)


def load_inr2vec(path: str | Path) -> Inr2vec:
    """Read a model that `save_inr2vec` wrote, in evaluation mode.

    Raises:
        InputError: the file is no such model.
    """
    return load_model(path, build_inr2vec)[0]
