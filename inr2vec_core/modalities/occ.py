"""Voxels: occupancy at their centers (paper, Appendix B)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from inr2vec_core.modalities._base import Modality

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from inr2vec_core.geometry.shapes import VoxelShape
    from inr2vec_core.ops.losses import LossAndGradient


class Occupancy(Modality):
    """Occupancy of voxels; a label is 1 at the center of an occupied voxel, else 0."""

    title = "voxels"

    def n_stored_queries(self, dataset: Mapping) -> int:
        return dataset["voxels"]["resolution"] ** 3  # all centers

    def numbers_per_shape(self, dataset: Mapping, n_queries: int) -> int:
        return dataset["voxels"]["resolution"] ** 3 // 4

    def size_without_original(self, dataset: Mapping, reconstruction: Mapping) -> int:
        return dataset["voxels"]["resolution"]

    @property
    def shape_class(self):
        from inr2vec_core.geometry.shapes import VoxelShape

        return VoxelShape

    def prepare(self, geometry, settings, rng, rng_of_complete=None):
        from inr2vec_core.geometry.preprocessing import Prepared, prepare_cloud, prepare_mesh
        from inr2vec_core.geometry.raw import Grid
        from inr2vec_core.geometry.shapes import CloudShape, VoxelShape
        from inr2vec_core.geometry.voxels import place_grid

        if isinstance(geometry, Grid):
            grid = VoxelShape(place_grid(geometry.values, settings.resolution))
            return Prepared(grid, "read", None)
        if settings.solid:
            mesh, repair_status, frame = prepare_mesh(geometry, settings.open_meshes)
            return Prepared(mesh, f"solid, {repair_status}", frame)
        cloud, frame = prepare_cloud(geometry, settings, rng, rng_of_complete)
        return Prepared(CloudShape(cloud.points), "shell", frame)

    def discretize(self, shape, settings):
        """The voxels that hold a point of a cloud, or whose centers lie inside a mesh."""
        from inr2vec_core.geometry.shapes import VoxelShape

        return VoxelShape(shape.voxelized(settings.resolution))

    def sample_queries(self, shape: VoxelShape, n, sampling, rng):
        """Quantized queries at random centers, each at most once but for those `sampling.near`.

        There are as many queries as voxels where `n` is larger.
        """
        import numpy as np

        from inr2vec_core.geometry.queries import quantize, to_steps
        from inr2vec_core.geometry.voxels import centroids, dilated

        grid = shape.grid
        total = min(n, grid.size)
        near = round(sampling.near * total)
        # Far cheaper than a permutation of all centroids where few are wanted.
        chosen = rng.choice(grid.size, total - near, replace=False)
        if near:
            around = np.flatnonzero(dilated(grid))
            chosen = rng.permutation(np.concatenate([chosen, rng.choice(around, near)]))
        steps = to_steps(centroids(len(grid))[chosen])
        return quantize(steps, grid.reshape(-1)[chosen].astype(np.float32))

    def values(self, outputs: Tensor, loss: str = "bce") -> Tensor:
        """Probabilities of being occupied, whatever the loss is called."""
        return outputs.sigmoid()

    def loss_and_gradient(self, kind: str = "bce") -> LossAndGradient:
        """Always the focal loss (paper, Eq. 4)."""
        from inr2vec_core.ops.losses import focal

        return focal

    def criterion(self) -> Callable[[Tensor, Tensor], Tensor]:
        from inr2vec_core.ops.losses import mean_focal

        return mean_focal

    def reconstruct(self, field, size, generator, device="cpu", cloud=None):
        from inr2vec_core.reconstruction.extract import voxels_from_occupancy

        return voxels_from_occupancy(field, size, device=device)

    def values_on_grid(self, field, size, device="cpu"):
        from inr2vec_core.reconstruction.extract import grid_values

        return grid_values(field, size, device, centroids=True)

    def cut(self, values: np.ndarray) -> VoxelShape:
        from inr2vec_core.reconstruction.extract import voxels_from_grid

        return voxels_from_grid(values)
