"""Reconstructed shapes as plain arrays, in the forms that `inputs` takes."""

from typing import Any

import numpy as np
import torch

from inr2vec_core.api.recipe import FitRecipe
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import Shape, ShapeVisitor
from inr2vec_core.reconstruction.extract import Field

MESH_RESOLUTION = 128


def reconstruct(
    recipe: FitRecipe,
    field: Field,
    points: int,
    resolution: int | None,
    stream: torch.Generator,
    device: torch.device | str = "cpu",
) -> Shape:
    """The shape of a field.

    Args:
        recipe: of the INR that the field is of, or is decoded like.
        field: in units of the shape's sphere.
        points: of a cloud.
        resolution: of a mesh's grid or of voxels; None for 128 or the recipe's.
        stream: of a cloud's random points.
        device: where the field is evaluated.

    Raises:
        BadShape: the field has no surface.
        InputError: the size is not positive, or a grid of less than 2.
    """
    if points < 1 or (resolution is not None and resolution < 2):
        raise InputError(f"points {points}, resolution {resolution}: ask for 1 and 2 at least")
    dataset = {"points": points, "voxels": {"resolution": resolution or recipe.shapes.resolution}}
    wanted = {"cloud_points": points, "resolution": resolution or MESH_RESOLUTION}
    size = recipe.modality.size_without_original(dataset, wanted)
    return recipe.modality.reconstruct(field, size, stream, device)


def plain_shape(shape: Shape) -> Any:
    """Points (n, 3), a mesh (vertices (V, 3), faces (F, 3)), or a grid (R, R, R) bool."""
    return shape.accept(_Plain())


class _Plain(ShapeVisitor):
    def visit_points(self, points: np.ndarray) -> np.ndarray:
        return points

    def visit_triangles(
        self, vertices: np.ndarray, faces: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        return vertices, faces

    def visit_voxels(self, grid: np.ndarray) -> np.ndarray:
        return grid
