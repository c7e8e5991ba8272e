"""Point clouds: the distance to the nearest point, clipped (paper, Appendix B)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from inr2vec_core.modalities._base import CLIP, DistanceModality

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from inr2vec_core.geometry.shapes import CloudShape


class Udf(DistanceModality):
    """The unsigned distance field of a point cloud; labels are 1 - d / CLIP, 1 on a point."""

    title = "point cloud"
    cut_at_level = False  # points are moved to the surface
    partial = True

    def numbers_per_shape(self, dataset: Mapping, n_queries: int) -> int:
        return 3 * dataset["points"]

    def size_without_original(self, dataset: Mapping, reconstruction: Mapping) -> int:
        return reconstruction["cloud_points"]

    @property
    def shape_class(self):
        from inr2vec_core.geometry.shapes import CloudShape

        return CloudShape

    def prepare(self, geometry, settings, rng, rng_of_complete=None):
        from inr2vec_core.geometry.preprocessing import Prepared, prepare_cloud

        shape, frame = prepare_cloud(geometry, settings, rng, rng_of_complete)
        return Prepared(shape, "partial" if settings.side == "partial" else "cloud", frame)

    @staticmethod
    def label_queries(points: np.ndarray, queries: np.ndarray) -> np.ndarray:
        """Labels of queries against a cloud.

        Args:
            points: (p, 3).
            queries: (q, 3).

        Returns:
            (q,) float32 in [0, 1].
        """
        import numpy as np

        from inr2vec_core.ops.clipped_distance import clipped_distances

        return (1 - clipped_distances(points, queries, CLIP) / CLIP).astype(np.float32)

    def sample_queries(self, shape: CloudShape, n, sampling, rng):
        from inr2vec_core.geometry.queries import (
            from_steps,
            quantize,
            sample_coordinates,
            to_steps,
        )

        points = shape.points

        def surface(count: int) -> np.ndarray:
            return points[rng.integers(len(points), size=count)]

        steps = to_steps(sample_coordinates(surface, n, sampling, rng))
        return quantize(steps, self.label_queries(points, from_steps(steps)))

    def distances(self, labels: Tensor) -> Tensor:
        return (1 - labels) * CLIP

    def values(self, outputs: Tensor, loss: str = "bce") -> Tensor:
        return outputs.clamp_min(0) if loss == "mse" else self.distances(outputs.sigmoid())

    def reconstruct(self, field, size, generator, device="cpu", cloud=None):
        from inr2vec_core.geometry.shapes import CloudShape
        from inr2vec_core.reconstruction.extract import cloud_from_udf

        return CloudShape(cloud_from_udf(field, size, generator, cloud, device).cpu().numpy())

    def oracle(self, original: CloudShape, size, generator, cloud=None):
        """A cloud reconstructed from its exact distances."""
        from inr2vec_core.reconstruction.exact_distance import ExactDistance

        return self.reconstruct(ExactDistance(original.points), size, generator, cloud=cloud)
