"""The one entry point to generated shapes: `make_shape`."""

from collections.abc import Callable

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.procedural.assembly import Assembly, Dice, LabeledMesh
from inr2vec_core.shapes.procedural.classes import PARTS
from inr2vec_core.shapes.procedural.composites import composite
from inr2vec_core.shapes.procedural.furniture import cabinet, monitor, table
from inr2vec_core.shapes.procedural.household import bottle, guitar, lamp, mug
from inr2vec_core.shapes.procedural.seats import bed, chair, sofa
from inr2vec_core.shapes.procedural.vehicles import airplane, car
from inr2vec_core.utils.seeding import numpy_stream

_BUILDERS: dict[str, Callable[[Dice], Assembly]] = {
    build.__name__: build
    for build in (
        airplane, bed, bottle, cabinet, car, chair, composite, guitar, lamp, monitor, mug, sofa,
        table,
    )
}  # fmt: skip
_MAX_TURN = 15.0


def make_shape(seed: int, class_name: str, index: int) -> LabeledMesh:
    """Generate a shape, always the same for the same arguments.

    Args:
        seed: the data set's seed.
        class_name: one of `PARTS`.
        index: the shape's number in its class, from 0.

    Returns:
        A watertight mesh, y up, turned about the vertical by at most 15 degrees. Its `face_parts`
        are indices into `PARTS[class_name]`.

    Raises:
        InputError: the class is not one of `PARTS`.
    """
    if class_name not in _BUILDERS:
        raise InputError(
            f"procedural class {class_name!r} is unknown; choose from {', '.join(PARTS)}"
        )
    dice = Dice(numpy_stream(seed, "procedural", class_name, index))
    turn = dice.between(-_MAX_TURN, _MAX_TURN)
    return _BUILDERS[class_name](dice).mesh(PARTS[class_name], turn)
