"""Sets of shapes of one field in one file: draws of a generator, or its samples at some epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..geometry import Shape, read_shapes, shape_columns
from ..preparation import FORMS
from ..storage import open_shard, text, write_shard


def name_of_draw(k: int) -> str:
    """The name of the k-th draw among a generator's sets, which may have others too."""
    return f"draw {k}"


def is_draw(name: str) -> bool:
    """Whether a set is one of the draws, that are measured; others are only shown."""
    return name.startswith("draw ")


def write_sets(
    path: str | Path, sets: Mapping[str, Sequence[Shape | None]], field: str, **attrs
) -> None:
    """Write named sets of shapes; a shape is None where no surface could be rebuilt."""
    found = [
        (name, k, shape)
        for name, shapes in sets.items()
        for k, shape in enumerate(shapes)
        if shape is not None
    ]
    columns = {
        "set": [name for name, _, _ in found],
        "number": np.array([k for _, k, _ in found], np.int64),
        **shape_columns([shape for _, _, shape in found], FORMS[field]),
    }
    sizes = [len(shapes) for shapes in sets.values()]
    write_shard(path, columns, names=list(sets), sizes=sizes, **attrs)


def read_sets(path: str | Path) -> dict[str, list[Shape | None]]:
    """The sets of a file, as they were written.

    Raises:
        InputError: the file is not readable.
    """
    with open_shard(path) as file:
        sizes = zip(file.attrs["names"], file.attrs["sizes"], strict=True)
        sets: dict[str, list[Shape | None]] = {name: [None] * int(n) for name, n in sizes}
        shapes = read_shapes(file, np.arange(len(file["number"])))
        for name, k, shape in zip(text(file["set"]), file["number"][:], shapes, strict=True):
            sets[name][k] = shape
    return sets
