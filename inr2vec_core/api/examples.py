"""Generated shapes to try the library with."""

from collections.abc import Sequence
from typing import Any

from inr2vec_core.errors import InputError


def example_shapes(
    n: int, form: str = "cloud", classes: Sequence[str] | None = None, seed: int = 0
) -> list[Any]:
    """Chairs, cars, mugs and other shapes, one class after the other.

    Args:
        n: their number.
        form: "cloud" or "mesh".
        classes: names of `shapes.procedural.classes.CLASSES`; all twelve by default. Shape i is of
            the class i modulo their number.
        seed: another gives other shapes.

    Returns:
        Points (4096, 3) float64 of the surface; or watertight meshes (vertices (V, 3), faces
        (F, 3)); y is up.

    Raises:
        InputError: the form or a class is unknown.
    """
    from inr2vec_core.geometry.surface import Surface
    from inr2vec_core.shapes.procedural.classes import CLASSES
    from inr2vec_core.shapes.procedural.generate import make_shape
    from inr2vec_core.utils.seeding import numpy_stream

    if form not in ("cloud", "mesh"):
        raise InputError(f"form is {form!r}: use cloud or mesh")
    names = list(CLASSES if classes is None else classes)
    shapes = []
    for i in range(n):
        mesh = make_shape(seed, names[i % len(names)], i // len(names))
        if form == "mesh":
            shapes.append((mesh.vertices, mesh.faces))
        else:
            surface = Surface(mesh.vertices, mesh.faces)
            shapes.append(surface.sample(4096, numpy_stream(seed, "example", i))[0])
    return shapes
