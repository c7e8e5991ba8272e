"""Some shapes in several versions, as the original and what is rebuilt of it, in one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .geometry import Shape, read_shapes, shape_columns
from .storage import open_shard, text, write_shard


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
        columns = [text(file[k]) for k in ("shape_id", "class", "version")]
        shapes = read_shapes(file, np.arange(len(columns[0])))
    found: dict[str, Example] = {}
    for shape_id, class_name, version, shape in zip(*columns, shapes, strict=True):
        example = found.setdefault(shape_id, Example(shape_id, class_name, dict.fromkeys(names)))
        example.versions[version] = shape
    return list(found.values())
