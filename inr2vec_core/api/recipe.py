"""How INRs of new shapes are fitted so that they are like those that a model was trained on."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Self

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.modalities import Modality, modality

# Of Adam from random weights; a learned init has steps of gradient descent, which are enough.
RANDOM_STEPS = 300
# As of the demo's data sets (config.yaml): for small INRs that read few queries in a step.
_SAMPLING = {
    "udf": QuerySampling((0.0, 0.003, 0.01, 0.1), (40, 40, 60, 60), 40),
    "sdf": QuerySampling((0.0, 0.01, 0.05, 0.1), (20, 20, 60, 80), 60),
    "occ": QuerySampling(near=0.5),
}


@dataclass(frozen=True)
class FitRecipe:
    """All that decides an INR, besides the shape, the initial weights and the seed.

    Attributes:
        shapes: the field, and how shapes are prepared.
        sampling: how queries are spread.
        queries_per_shape: queries drawn of a shape, at most; a grid's are all of its voxels.
        steps: of Adam, after those of gradient descent that a learned init has.
        queries: of each step of Adam.
        lr: Adam's learning rate.
        loss: "bce", or "mse" of distances.
        precision: of matrix products, as `inrs.precision.fit_precision` takes it.
    """

    shapes: ShapeSettings
    sampling: QuerySampling
    queries_per_shape: int = 20_000
    steps: int = 0
    queries: int = 512
    lr: float = 3e-4
    loss: str = "bce"
    precision: str = "auto"

    @classmethod
    def default(cls, field: str, steps: int = 0) -> Self:
        """The recipe of the demo's INRs, for clouds of 2,048 points and grids of 32 voxels.

        Args:
            field: "udf" of clouds, "sdf" of meshes or "occ" of voxels.
            steps: of Adam.

        Raises:
            InputError: there is no such field.
        """
        sampling = _SAMPLING.get(modality(field).name, QuerySampling())
        return cls(ShapeSettings(field, resolution=32, fill=True), sampling, steps=steps)

    @classmethod
    def read(cls, field: str, entries: Mapping[str, str]) -> Self:
        """The recipe in a file's entries; what they do not name is as of `default`.

        Args:
            field: the modality's name.
            entries: JSON texts: "fit", "queries" and "shapes", as a model's file has them.
        """
        recipe = cls.default(field)
        fit, queries, shapes = (
            json.loads(entries.get(key, "{}")) for key in ("fit", "queries", "shapes")
        )
        fit = {k: fit[k] for k in ("steps", "queries", "lr", "loss", "precision") if k in fit}
        if queries:
            sampling = QuerySampling.from_config(queries)
            recipe = replace(recipe, sampling=sampling, queries_per_shape=queries["per_shape"])
        if shapes:
            shapes |= shapes.pop("voxels", {})
            prepared = ShapeSettings.from_config(shapes, field=field, fill=True)
            recipe = replace(recipe, shapes=prepared)
        return replace(recipe, **fit)

    def entries(self) -> dict[str, str]:
        """The recipe as `read` takes it: JSON texts by name."""
        fit = {k: getattr(self, k) for k in ("steps", "queries", "lr", "loss", "precision")}
        shapes = asdict(self.shapes)
        voxels = {"resolution": shapes.pop("resolution"), "solid": shapes.pop("solid")}
        queries = {"per_shape": self.queries_per_shape, **asdict(self.sampling)}
        texts = {"fit": fit, "queries": queries, "shapes": {**shapes, "voxels": voxels}}
        return {name: json.dumps(value) for name, value in texts.items()}

    @property
    def field(self) -> str:
        """The modality's name."""
        return self.shapes.field

    @property
    def modality(self) -> Modality:
        """What the INRs represent."""
        return modality(self.field)

    @property
    def most_queries(self) -> int:
        """Queries drawn of a shape, at most."""
        voxels = {"resolution": self.shapes.resolution}
        dataset = {"queries": {"per_shape": self.queries_per_shape}, "voxels": voxels}
        return self.modality.n_stored_queries(dataset)
