"""Reconstructions that may find no surface."""

import logging
from collections.abc import Callable

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.shapes import Shape


def shape_or_none(make: Callable[[], Shape], label: str) -> Shape | None:
    """The shape that is made; None, and a warning, where it has no surface.

    Args:
        make: makes the shape, or raises `BadShape`.
        label: names the shape in the warning.
    """
    try:
        return make()
    except BadShape as error:
        logging.warning("%s: %s", label, error)
        return None
