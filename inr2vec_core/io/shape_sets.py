"""Some shapes in several versions, as the original and what is rebuilt of it, in one file.

Sets of shapes of one field in one file: draws of a generator, or its samples at some epochs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inr2vec_core.geometry.shapes import FORMS, Shape
from inr2vec_core.io.hdf5 import open_shard, read_strings, write_shard
from inr2vec_core.io.shape_columns import read_shapes, shape_columns


@dataclass(frozen=True)
class Example:
    """One shape; a version is None where no surface could be rebuilt."""

    shape_id: str
    class_name: str
    versions: dict[str, Shape | None]


def write_examples(path: str | Path, examples: Sequence[Example], **attrs) -> None:
    """Write examples of one field, all with the same versions and an original that exists."""
    rows = [
        (e.shape_id, e.class_name, version, shape)
        for e in examples
        for version, shape in e.versions.items()
        if shape is not None
    ]
    columns = {
        name: [row[k] for row in rows] for k, name in enumerate(("shape_id", "class", "version"))
    }
    shapes = [row[3] for row in rows]
    columns |= shape_columns(shapes, type(shapes[0]))
    write_shard(path, columns, versions=list(examples[0].versions), **attrs)


def read_examples(path: str | Path) -> list[Example]:
    """The examples of a file in their order.

    Raises:
        InputError: the file is not readable.
    """
    with open_shard(path) as file:
        names = list(file.attrs["versions"])
        columns = [read_strings(file[k]) for k in ("shape_id", "class", "version")]
        shapes = read_shapes(file, np.arange(len(columns[0])))
    found: dict[str, Example] = {}
    for shape_id, class_name, version, shape in zip(*columns, shapes, strict=True):
        example = found.setdefault(shape_id, Example(shape_id, class_name, dict.fromkeys(names)))
        example.versions[version] = shape
    return list(found.values())


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
        for name, k, shape in zip(
            read_strings(file["set"]), file["number"][:], shapes, strict=True
        ):
            sets[name][k] = shape
    return sets
