"""The INRs of some shapes, with all that is needed to use them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.api.outputs import plain_shape, reconstruct
from inr2vec_core.api.recipe import FitRecipe
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.hub.inr_folder import folder_of_inrs, read_inrs
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.inrs.siren_module import SirenModule, weights_and_biases
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.hdf5 import IDENTITY, open_shard, read_strings, write_shard
from inr2vec_core.io.shape_columns import read_shapes, shape_columns
from inr2vec_core.utils.seeding import torch_stream


@dataclass(frozen=True, eq=False, repr=False)
class Inrs:
    """INRs that were fitted alike.

    `len(inrs)` is their number; `inrs[3]`, `inrs[:10]` and `inrs[[4, 1]]` are `Inrs` of some.

    Attributes:
        weights: (n, n_parameters) float32, on the CPU, in the flat order of `inrs.siren`.
        siren: their sizes.
        recipe: how they were fitted; `recipe.field` is what they represent.
        names: (n,) the shapes' names.
        losses: (n,) float32, the mean loss of each in its last steps.
        init: where they start from; None where only its `init_id` is known.
        init_id: identifies it, as `InrSpec.init`.
        shapes: (n,) the shapes as they were fitted, in the unit sphere or cube; None if unknown.
        classes: (n,) the shapes' classes.
        splits: (n,) their splits, "train", "val" or "test".
    """

    weights: Tensor
    siren: SirenConfig
    recipe: FitRecipe
    names: list[str]
    losses: np.ndarray
    init: SharedInit | None
    init_id: str
    shapes: list[Shape] | None
    classes: list[str]
    splits: list[str]

    def __len__(self) -> int:
        return len(self.weights)

    def __repr__(self) -> str:
        sizes = f"{self.siren.width}x{self.siren.depth}"
        return f"Inrs({len(self)} of {self.field}, {sizes}, init {self.init_id or 'unknown'})"

    def __getitem__(self, index: int | slice | Sequence[int] | np.ndarray) -> "Inrs":
        """Some of the INRs, in the order that is asked for.

        Raises:
            IndexError: there is no such INR.
        """
        rows = np.atleast_1d(np.arange(len(self))[index]).tolist()

        def some(values: list | None) -> list | None:
            return None if values is None else [values[i] for i in rows]

        columns = ("names", "shapes", "classes", "splits")
        return replace(
            self, weights=self.weights[rows], losses=self.losses[rows],
            **{name: some(getattr(self, name)) for name in columns},
        )  # fmt: skip

    @property
    def field(self) -> str:
        """What they represent: "udf", "sdf" or "occ"."""
        return self.recipe.field

    @property
    def spec(self) -> InrSpec:
        """What they have in common, as an encoder asks for it."""
        return InrSpec(self.siren, self.recipe.modality, self.recipe.loss, self.init_id)

    def module(self, i: int) -> SirenModule:
        """One INR as a `torch.nn.Module`: points (..., 3) -> plain outputs (...)."""
        return SirenModule(self.siren, self.weights[i])

    def state_dict(self, i: int) -> dict[str, Tensor]:
        """One INR as the state dict of its module."""
        return self.module(i).state_dict()

    def weights_and_biases(self, layout: str = "linear") -> tuple[list[Tensor], list[Tensor]]:
        """All INRs as lists of weights and of biases, a tensor a layer.

        Args:
            layout: "linear", "dwsnets" or "nfn"; `inrs.siren_module.weights_and_biases` says what
                they are.

        Raises:
            ValueError: the layout is another.
        """
        return weights_and_biases(self.weights, self.siren, layout)

    def values(self, i: int, points: np.ndarray | Tensor) -> np.ndarray:
        """The field of one INR: distances, clipped at 0.1, or probabilities of being occupied.

        Args:
            i: its number.
            points: (m, 3), in units of the shape's sphere.

        Returns:
            (m,) float32.
        """
        points = torch.as_tensor(points, dtype=torch.float32)
        return self.spec.fields(self.weights[i : i + 1])[0](points).numpy()

    def reconstruct(
        self, i: int, points: int = 2048, resolution: int | None = None, seed: int = 0
    ) -> Any:
        """The shape of one INR, in units of its sphere.

        Args:
            i: its number.
            points: of a cloud.
            resolution: of the grid that a mesh is extracted from, 128 by default, or of a voxel
                grid, by default that of the recipe.
            seed: of a cloud's random points.

        Returns:
            Points (n, 3) float32; a mesh (vertices (V, 3), faces (F, 3)); or a grid (R, R, R) bool.

        Raises:
            BadShape: its field has no surface.
        """
        stream = torch_stream(seed, "reconstruct", self.names[i])
        (field,) = self.spec.fields(self.weights[i][None])
        return plain_shape(reconstruct(self.recipe, field, points, resolution, stream))

    def save(self, path: str | Path) -> None:
        """Write a shard (HDF5), which `load` and the workflow's readers take.

        Args:
            path: the file, whose name ends in .h5.

        Raises:
            InputError: the name has another ending, or the file cannot be written.
        """
        if Path(path).suffix != ".h5":
            raise InputError(f"{path}: INRs are saved as an HDF5 shard, name it .h5")
        identity = dict(zip(IDENTITY, (self.names, self.classes, self.splits), strict=True))
        columns = identity | {"weights": self.weights.numpy(), "loss": self.losses}
        if self.shapes is not None:
            columns |= shape_columns(self.shapes, self.recipe.modality.shape_class)
        steps, entries = 0, self.recipe.entries()
        if self.init is not None:
            columns["init_weights"], steps = self.init.weights, self.init.sgd_steps
            if self.init.rates is not None:
                columns["init_rates"] = self.init.rates
            entries["first_steps"] = self.init.beside_a_model()[1]
        write_shard(
            path, columns, siren=json.dumps(self.siren.describe()), settings=entries.pop("fit"),
            field=self.field, init=self.init_id, sgd_steps=steps, **entries,
        )  # fmt: skip

    @classmethod
    def load(cls, path: str | Path, shapes: str | Path | None = None) -> "Inrs":
        """Read what `save` wrote, a shard of the workflow, or INRs that were handed on.

        Args:
            path: the shard of INRs, such as `results/<dataset>/inrs/<inr>/0.h5`; a folder such as
                `results/hub/<dataset>/<inr>/inrs`; or "owner/name" or "owner/name@revision", such a
                folder on the Hugging Face hub, which needs `huggingface_hub`.
            shapes: the shard of their shapes, where it is another file:
                `results/<dataset>/shapes/0.h5`.

        Raises:
            InputError: a file is missing, damaged or no such shard, a shape is missing in it, or
                it cannot be downloaded.
        """
        if folder := folder_of_inrs(path):
            return cls._of_folder(folder, shapes)
        spec = InrSpec.of(path)
        with open_shard(path) as file:
            attrs = {k: file.attrs[k] for k in ("queries", "shapes") if k in file.attrs}
            recipe = FitRecipe.read(spec.modality.name, attrs | {"fit": file.attrs["settings"]})
            names, classes, splits = (read_strings(file[name]) for name in IDENTITY)
            weights, losses = file["weights"][:].astype(np.float32), file["loss"][:]
            init = None
            if "init_weights" in file:
                first = json.loads(file.attrs["first_steps"])
                rates = file["init_rates"][:] if "init_rates" in file else None
                learned_on = spec.modality.name if rates is not None else ""
                init = SharedInit(
                    Path(path), spec.siren, file["init_weights"][:], rates,
                    first.get("sgd_steps", 0), first.get("queries", 0), learned_on,
                )  # fmt: skip
            kept = None
            if shapes is None and {"points", "vertices", "voxels"} & set(file):
                kept = list(read_shapes(file, np.arange(len(names))))
        if shapes is not None:
            kept = _shapes_of(names, path, shapes)
        return cls(
            torch.from_numpy(weights), spec.siren, recipe, names, losses, init, spec.init, kept,
            classes, splits,
        )  # fmt: skip

    @classmethod
    def _of_folder(cls, folder: Path, shapes: str | Path | None) -> "Inrs":
        read = read_inrs(folder)
        siren = {k: read.config["siren"][k] for k in ("width", "depth", "omega")}
        entries = {k: json.dumps(read.config[k]) for k in ("fit", "queries", "shapes")}
        return cls(
            torch.from_numpy(read.weights), SirenConfig(**siren),
            FitRecipe.read(read.config["field"], entries), read.names, read.losses, read.init,
            read.init.id, None if shapes is None else _shapes_of(read.names, folder, shapes),
            read.classes, read.splits,
        )  # fmt: skip


def _shapes_of(names: list[str], path: str | Path, shapes: str | Path) -> list[Shape]:
    with open_shard(shapes) as file:
        row = {name: i for i, name in enumerate(read_strings(file["shape_id"]))}
        if lost := next((name for name in names if name not in row), None):
            raise InputError(f"{path} has {lost!r}, which {shapes} has not: give its own shapes")
        wanted, inverse = np.unique([row[name] for name in names], return_inverse=True)
        return list(read_shapes(file, wanted)[inverse]) if names else []
