"""What a modality is, and what those of distances have in common.

Only the standard library is imported, because rule files ask modalities about memory and sizes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from inr2vec_core.geometry.preprocessing import Prepared, ShapeSettings
    from inr2vec_core.geometry.queries import QuerySampling
    from inr2vec_core.geometry.raw import Geometry
    from inr2vec_core.geometry.shapes import Shape
    from inr2vec_core.ops.losses import LossAndGradient
    from inr2vec_core.reconstruction.extract import CloudSettings, Field

CLIP = 0.1  # distances are clipped here, in units of the shape's sphere (paper, Appendix B)


@dataclass(frozen=True)
class Modality(ABC):
    """A form of shapes and the field that INRs of such shapes are fitted to.

    Attributes:
        name: the field's name, in the config and in files.
        title: what is represented, as tables call it.
        cut_at_level: whether decoded shapes are cut at a level of the field, which
            `iso_level: validated` calibrates.
        keep_queries: whether a training keeps a pool of each shape's queries, because labels cost
            more than a training step.
        partial: whether a data set may consist of partial shapes.
        frame_of_mesh: whether a data set may ask for the frame of the mesh that its shapes were
            drawn on.
    """

    name: str
    title: ClassVar[str]
    cut_at_level: ClassVar[bool] = True
    keep_queries: ClassVar[bool] = False
    partial: ClassVar[bool] = False
    frame_of_mesh: ClassVar[bool] = True

    # ---- what rule files ask

    def n_stored_queries(self, dataset: Mapping) -> int:
        """The number of queries of each shape that are drawn for its fit, at most.

        Args:
            dataset: the data set's entry in the config.
        """
        return dataset["queries"]["per_shape"]

    @abstractmethod
    def numbers_per_shape(self, dataset: Mapping, n_queries: int) -> int:
        """About how many numbers of 4 bytes a shape takes in memory during a training.

        Args:
            dataset: the data set's entry in the config.
            n_queries: queries per shape and step.
        """

    @abstractmethod
    def size_without_original(self, dataset: Mapping, reconstruction: Mapping) -> int:
        """The size in which a shape without an original is reconstructed; see `reconstruct`.

        Args:
            dataset: the data set's entry in the config.
            reconstruction: the config's section `reconstruction`.
        """

    # ---- shapes

    @property
    @abstractmethod
    def shape_class(self) -> type[Shape]:
        """The form of this modality's shapes."""

    @abstractmethod
    def prepare(
        self,
        geometry: Geometry,
        settings: ShapeSettings,
        rng: np.random.Generator,
        rng_of_complete: np.random.Generator | None = None,
    ) -> Prepared:
        """A normalized shape from which `discretize` makes the data set's.

        Args:
            geometry: what was read.
            settings: what the data set makes of it.
            rng: the shape's random stream.
            rng_of_complete: of a partial shape in the complete one's frame, the stream that the
                complete one is drawn with, because its points decide the frame.

        Raises:
            BadShape: the geometry is bad, or of a kind that has no such field.
        """

    def discretize(self, shape: Shape, settings: ShapeSettings) -> Shape:
        """A prepared shape, or a stretched copy of one, in the form of this modality.

        Args:
            shape: the shape.
            settings: what the data set makes of its shapes.

        Raises:
            BadShape: nothing of the shape is left.
        """
        return shape

    # ---- the field

    @abstractmethod
    def sample_queries(
        self, shape: Shape, n: int, sampling: QuerySampling, rng: np.random.Generator
    ) -> np.ndarray:
        """Quantized queries of a shape's field and their labels.

        Args:
            shape: a shape of this modality's form.
            n: queries wanted.
            sampling: how they are spread.
            rng: the random stream.

        Returns:
            (n, 4) int16, coordinates and label; see `geometry.queries.dequantize`.
        """

    @abstractmethod
    def values(self, outputs: Tensor, loss: str = "bce") -> Tensor:
        """The values of the field that a network's plain outputs stand for.

        Args:
            outputs: any shape.
            loss: what the network was trained with; "mse" regresses the distance itself.

        Returns:
            The same shape.
        """

    @abstractmethod
    def loss_and_gradient(self, kind: str = "bce") -> LossAndGradient:
        """The loss that INRs are fitted with.

        Args:
            kind: the entry's `loss`.
        """

    @abstractmethod
    def criterion(self) -> Callable[[Tensor, Tensor], Tensor]:
        """The loss that inr2vec is trained with: outputs and labels of any shape -> ()."""

    # ---- reconstruction

    @abstractmethod
    def reconstruct(
        self,
        field: Field,
        size: int,
        generator: torch.Generator,
        device: torch.device | str = "cpu",
        cloud: CloudSettings | None = None,
    ) -> Shape:
        """The shape of a field (paper, Appendix C).

        Args:
            field: values of points, (m, 3) -> (m,); see `values`.
            size: points of a cloud, vertices along each axis of the grid that a mesh is extracted
                from, or voxels along each axis.
            generator: a CPU generator, for a cloud's seeds.
            device: where the field is evaluated.
            cloud: how clouds are drawn; the paper's way by default.

        Raises:
            BadShape: the field has no surface inside the cube, or too little of it.
        """

    def try_reconstruct(
        self,
        field: Field,
        size: int,
        generator: torch.Generator,
        device: torch.device | str = "cpu",
        *,
        label: str,
    ) -> Shape | None:
        """The shape of a field; None, and a warning, where there is none.

        Args:
            field: as for `reconstruct`.
            size: as for `reconstruct`.
            generator: as for `reconstruct`.
            device: as for `reconstruct`.
            label: names the shape in the warning.
        """
        from inr2vec_core.reconstruction.attempt import shape_or_none

        return shape_or_none(lambda: self.reconstruct(field, size, generator, device), label)

    def oracle(
        self,
        original: Shape,
        size: int,
        generator: torch.Generator,
        cloud: CloudSettings | None = None,
    ) -> Shape:
        """What a perfect INR would give back: the best that any reconstruction can reach.

        By default the shape itself, so that a mesh is compared with another sample of its own
        surface.

        Args:
            original: the shape.
            size: as for `reconstruct`.
            generator: as for `reconstruct`.
            cloud: as for `reconstruct`.
        """
        return original

    def values_on_grid(self, field: Field, size: int, device: torch.device | str = "cpu") -> Tensor:
        """A field where `cut` needs it; only of modalities with `cut_at_level`.

        Args:
            field: (m, 3) -> (m,).
            size: as for `reconstruct`.
            device: where the field is evaluated.

        Returns:
            (R, R, R).
        """
        raise NotImplementedError(f"shapes of {self.name} are not cut at a level")

    def cut(self, values: np.ndarray) -> Shape:
        """The shape of values on a grid; only of modalities with `cut_at_level`.

        Args:
            values: (R, R, R), as `values_on_grid` gives them.

        Raises:
            BadShape: there is no surface.
        """
        raise NotImplementedError(f"shapes of {self.name} are not cut at a level")


class DistanceModality(Modality):
    """A field of clipped distances; its labels are linear in the distance."""

    @abstractmethod
    def distances(self, labels: Tensor) -> Tensor:
        """The clipped distances that labels in [0, 1] stand for, any shape."""

    def loss_and_gradient(self, kind: str = "bce") -> LossAndGradient:
        """Cross-entropy of labels (paper, Eq. 3), or "mse" of distances (Eq. 2)."""
        from inr2vec_core.ops.losses import bce, squared_error

        return {"bce": bce, "mse": squared_error(self.distances)}[kind]

    def criterion(self) -> Callable[[Tensor, Tensor], Tensor]:
        from torch.nn.functional import binary_cross_entropy_with_logits

        return binary_cross_entropy_with_logits
