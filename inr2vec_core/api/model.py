"""A trained inr2vec: INRs into embeddings, and embeddings into shapes."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.api.fit import device_of, fit_inrs
from inr2vec_core.api.inits import model_file
from inr2vec_core.api.inrs import Inrs
from inr2vec_core.api.outputs import plain_shape, reconstruct
from inr2vec_core.api.recipe import FitRecipe
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.checkpoints import load_arrays, read_metadata, save_model
from inr2vec_core.io.checkpoints import load_model as load_checkpoint
from inr2vec_core.models.inr2vec import Inr2vec, build_inr2vec, embed
from inr2vec_core.utils.seeding import torch_stream

_log = logging.getLogger(__name__)
_CHUNK = 256  # INRs embedded at once


@dataclass(frozen=True, eq=False, repr=False)
class Inr2vecModel:
    """An encoder of INRs and its decoder, with what INRs of new shapes need to be read by it.

    Attributes:
        network: the encoder and the decoder, in evaluation mode.
        architecture: what the network is built from.
        recipe: how its INRs are fitted.
        init: what its INRs start from; None where the model's file does not say.
        name: what messages call it.
        history: a row for each epoch of its training; empty where it was read.
    """

    network: Inr2vec
    architecture: Mapping[str, Any]
    recipe: FitRecipe
    init: SharedInit | None
    name: str
    history: Sequence[Mapping[str, float]] = ()

    def __repr__(self) -> str:
        sizes = f"{self.siren.width}x{self.siren.depth}"
        kind = f"{self.architecture['type']}, {self.architecture['embedding']} numbers"
        return f"Inr2vecModel({kind}, of {self.field} INRs of {sizes})"

    @property
    def field(self) -> str:
        """What its INRs represent: "udf", "sdf" or "occ"."""
        return self.network.modality.name

    @property
    def siren(self) -> SirenConfig:
        """Sizes of its INRs."""
        return self.network.siren

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return next(self.network.parameters()).device

    def fit(self, shapes: Iterable[Any], **options: Any) -> Inrs:
        """Fit INRs that this model can embed: from its init, by its recipe.

        Args:
            shapes: as for `fit_inrs`.
            options: what else `fit_inrs` takes (`seed`, `names`, `on_bad_shape` …).

        Raises:
            InputError: as `fit_inrs`; or the model's file has no init.
        """
        given = {"init": self.needed_init(), "recipe": self.recipe, "device": self.device}
        return fit_inrs(shapes, self.siren, **given | options)

    def needed_init(self) -> SharedInit:
        """The init.

        Raises:
            InputError: the model's file has none.
        """
        if self.init is None:
            raise InputError(f"{self.name} carries no init of its INRs: train it from shared ones")
        return self.init

    def embed(self, inrs: Inrs) -> Tensor:
        """The embeddings of INRs.

        Args:
            inrs: INRs like those that it was trained on.

        Returns:
            (n, embedding) float32, on the CPU.

        Raises:
            InputError: the INRs are of another field, other sizes or another init; some weights are
                not finite; or `inrs` are no `Inrs`.
        """
        if not isinstance(inrs, Inrs):
            raise InputError(
                f"embed takes Inrs, as fit_inrs and Inrs.load give them, not {type(inrs).__name__}"
            )
        self.network.check(inrs.spec, self.name)
        bad = (~torch.isfinite(inrs.weights).all(1)).nonzero()
        if len(bad):
            name = inrs.names[int(bad[0])]
            raise InputError(f"the INR of {name} has weights that are not finite: leave it out")
        chunks = inrs.weights.split(_CHUNK) if len(inrs) else [inrs.weights]
        found = [embed(self.network.encoder, chunk.to(self.device)).cpu() for chunk in chunks]
        return torch.cat(found)

    def decode(
        self,
        embedding: Tensor | np.ndarray,
        points: int = 2048,
        resolution: int | None = None,
        seed: int = 0,
    ) -> Any:
        """The shape of one embedding, in units of its sphere.

        Args:
            embedding: (e,), a row of what `embed` returns.
            points: of a cloud.
            resolution: of the grid that a mesh is extracted from, 128 by default, or of a voxel
                grid, by default that of the recipe.
            seed: of a cloud's random points.

        Returns:
            Points (n, 3) float32; a mesh (vertices (V, 3), faces (F, 3)); or a grid (R, R, R) bool.

        Raises:
            BadShape: the decoded field has no surface: the model was trained too briefly, or the
                embedding is none of its own.
            InputError: the embedding has another length, or is not finite.
        """
        return plain_shape(self.decoded(embedding, points, resolution, seed))

    def decoded(
        self, embedding: Tensor | np.ndarray, points: int, resolution: int | None, seed: int = 0
    ) -> Shape:
        """As `decode`, the shape as an object, which `io.export.export_shape` writes."""
        length = int(self.architecture["embedding"])
        vector = torch.as_tensor(np.asarray(embedding), dtype=torch.float32)
        if vector.shape != (length,):
            raise InputError(
                f"decode takes one embedding ({length},), not {tuple(vector.shape)}: give a row"
            )
        if not torch.isfinite(vector).all():
            raise InputError("the embedding is not finite")
        return reconstruct(
            self.recipe, self.network.decoded(vector.to(self.device)), points, resolution,
            torch_stream(seed, "decode"), self.device,
        )  # fmt: skip

    def to(self, device: str | torch.device) -> "Inr2vecModel":
        """The model on another device; the network is moved, not copied.

        Raises:
            InputError: there is no such device.
        """
        return replace(self, network=self.network.to(device_of(device)))

    def save(self, path: str | Path, half: bool = False) -> None:
        """Write a file that `load_model` reads, with the init and the recipe of its INRs.

        Args:
            path: the file, whose name ends in .safetensors.
            half: whether to store matrices as float16, in half the space. Embeddings then change in
                the third or fourth digit.

        Raises:
            InputError: the name has another ending, or the file cannot be written.
        """
        if Path(path).suffix != ".safetensors":
            raise InputError(f"{path}: models are saved as safetensors, name it .safetensors")
        beside, first_steps = self.init.beside_a_model() if self.init else ({}, "{}")
        save_model(
            self.network, {**self.architecture, "shift": self.network.shift}, path, beside, half,
            first_steps=first_steps, **self.recipe.entries(),
        )  # fmt: skip


def load_model(path: str | Path, device: str | torch.device | None = None) -> Inr2vecModel:
    """Read a model that `Inr2vecModel.save` or the workflow wrote.

    Args:
        path: the file; the folder that it lies in as `model.safetensors`; "builtin:udf",
            "builtin:sdf" or "builtin:occ", those that ship with the package; or "owner/name" or
            "owner/name@revision" on the Hugging Face hub, which needs `huggingface_hub`. What lies
            here goes before what lies there.
        device: where it shall compute; a GPU if there is one.

    Raises:
        InputError: the file is missing, damaged or no such model, none of this name ships, or it
            cannot be downloaded.
    """
    file = model_file(path)
    network, architecture = load_checkpoint(file, build_inr2vec)
    header = read_metadata(file)
    init = SharedInit.read(file) if "init.weights" in load_arrays(file) else None
    if init is not None and init.id != network.init:
        init = None  # each INR started from its own
    recipe = FitRecipe.read(network.modality.name, header)
    if not {"queries", "shapes"} <= header.keys():  # written before they stood there
        _log.warning(
            "%s does not say how its shapes were prepared and queried: INRs of new shapes are "
            "fitted as the demo's, which may not be like those that it was trained on", path
        )  # fmt: skip
    return Inr2vecModel(network.to(device_of(device)), architecture, recipe, init, str(path))
