"""What the networks read of a shape: views to train on, augmented or not, and views to test on.

Augmentation as in the paper (Section 4): each axis is scaled, clouds are jittered; a grid is
shifted as by Maturana & Scherer (2015). Class scores of a test shape are averaged over its views.
"""

from typing import Protocol

import numpy as np

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.augmentation import distort
from inr2vec_core.geometry.shapes import CloudShape, Shape, VoxelShape

SHIFT = 16  # a grid is shifted by at most the resolution divided by this


class NetworkInput(Protocol):
    """What a network reads of a shape.

    Attributes:
        form: the class of the shapes that it takes.
    """

    form: type[Shape]

    def augmented(self, shape_id: str, shape: Shape, rng: np.random.Generator) -> np.ndarray:
        """An augmented view to train on.

        Args:
            shape_id: the shape's id.
            shape: the shape, of the class `form`.
            rng: of the random choices.

        Returns:
            (...) float32.
        """

    def plain(self, shape_id: str, shape: Shape, rng: np.random.Generator) -> np.ndarray:
        """A view to train on without augmentation; what is read of the shape is still random.

        Args:
            shape_id: the shape's id.
            shape: the shape, of the class `form`.
            rng: of the random choices.

        Returns:
            (...) float32.
        """

    def views(self, shape_id: str, shape: Shape, rng: np.random.Generator) -> np.ndarray:
        """Views to test on.

        Args:
            shape_id: the shape's id.
            shape: the shape, of the class `form`.
            rng: of the random choices.

        Returns:
            (n_views, ...) float32.
        """


class CloudInput:
    """A number of a cloud's points, drawn at random.

    Args:
        points: number of points.
        jitter: standard deviation of the jitter of augmented views (`augmentation.distort`).

    Raises:
        InputError: on reading a cloud with fewer points.
    """

    form = CloudShape

    def __init__(self, points: int, jitter: float = 0.01):
        self.points, self.jitter = points, jitter

    def augmented(self, shape_id: str, shape: CloudShape, rng: np.random.Generator) -> np.ndarray:
        """A stretched and jittered view to train on.

        Args:
            shape_id: the shape's id.
            shape: the cloud.
            rng: of the random choices.

        Returns:
            (points, 3) float32.

        Raises:
            InputError: the cloud has fewer points than the network reads.
        """
        points = self.plain(shape_id, shape, rng)
        return distort(points, rng, jitter=self.jitter).astype(np.float32)

    def plain(self, shape_id: str, shape: CloudShape, rng: np.random.Generator) -> np.ndarray:
        """Points drawn at random.

        Args:
            shape_id: the shape's id.
            shape: the cloud.
            rng: of the random choices.

        Returns:
            (points, 3) float32.

        Raises:
            InputError: the cloud has fewer points than the network reads.
        """
        n = len(shape.points)
        if n < self.points:
            raise InputError(
                f"{shape_id}: the network takes {self.points} points and the cloud has {n}: "
                "lower the network's `points`"
            )
        return shape.points if n == self.points else shape.points[rng.permutation(n)[: self.points]]

    def views(self, shape_id: str, shape: CloudShape, rng: np.random.Generator) -> np.ndarray:
        """Views to test on.

        Args:
            shape_id: the shape's id.
            shape: the cloud.
            rng: of the random choices.

        Returns:
            (1, points, 3) float32.

        Raises:
            InputError: the cloud has fewer points than the network reads.
        """
        return self.plain(shape_id, shape, rng)[None]


class VoxelInput:
    """A grid of occupancies."""

    form = VoxelShape

    def augmented(self, shape_id: str, shape: VoxelShape, rng: np.random.Generator) -> np.ndarray:
        """A shifted view to train on.

        Args:
            shape_id: the shape's id.
            shape: the grid.
            rng: of the random choices.

        Returns:
            (R, R, R) float32.
        """
        grid = shape.grid
        n, max_shift = len(grid), len(grid) // SHIFT
        padded = np.pad(grid, max_shift)
        x, y, z = rng.integers(0, 2 * max_shift + 1, 3)
        return padded[x : x + n, y : y + n, z : z + n].astype(np.float32)

    def plain(self, shape_id: str, shape: VoxelShape, rng: np.random.Generator) -> np.ndarray:
        """The grid as it is.

        Args:
            shape_id: the shape's id.
            shape: the grid.
            rng: not used.

        Returns:
            (R, R, R) float32.
        """
        return shape.grid.astype(np.float32)

    def views(self, shape_id: str, shape: VoxelShape, rng: np.random.Generator) -> np.ndarray:
        """Views to test on.

        Args:
            shape_id: the shape's id.
            shape: the grid.
            rng: not used.

        Returns:
            (1, R, R, R) float32.
        """
        return self.plain(shape_id, shape, rng)[None]
