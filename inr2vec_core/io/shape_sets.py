"""Named sets of shapes in one HDF5 file, for figures and for evaluation.

Two kinds of file hold them:

* sets of generated shapes: draws of a generator, which are evaluated, and its samples at some
  epochs, which are only shown;
* examples: the same shapes in several versions (original, reconstructed, ...), a set for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.hdf5 import open_shard, read_strings, write_shard
from inr2vec_core.io.shape_columns import read_shapes, shape_columns


@dataclass(frozen=True)
class ShapeSet:
    """A named set of shapes.

    Attributes:
        name: the set's name, unique in its file.
        shapes: the shapes; None where no surface could be reconstructed.
        is_draw: whether the set is a draw of a generator, to be evaluated.
    """

    name: str
    shapes: Sequence[Shape | None]
    is_draw: bool = False


@dataclass(frozen=True)
class Example:
    """One shape in several versions.

    Attributes:
        shape_id: the shape's id.
        class_name: the shape's class.
        versions: version name -> shape; None where no surface could be reconstructed.
    """

    shape_id: str
    class_name: str
    versions: dict[str, Shape | None]


def write_shape_sets(
    path: str | Path, sets: Sequence[ShapeSet], shape_class: type[Shape], **attrs
) -> None:
    """Write sets of shapes.

    Args:
        path: the file to write.
        sets: the sets, of different names.
        shape_class: the form of the shapes.
        attrs: further attributes of the file.
    """
    write_shard(path, _columns(sets, shape_class), **_attributes(sets), **attrs)


def read_shape_sets(path: str | Path) -> list[ShapeSet]:
    """Read what `write_shape_sets` wrote.

    Args:
        path: the file to read.

    Returns:
        The sets in their order.

    Raises:
        InputError: the file is not readable.
    """
    with open_shard(path) as file:
        return _read_sets(file)


def write_examples(path: str | Path, examples: Sequence[Example], **attrs) -> None:
    """Write examples of one form of shape.

    Args:
        path: the file to write.
        examples: at least one; all have the same versions, and the first version always exists.
        attrs: further attributes of the file.
    """
    sets = [
        ShapeSet(version, [example.versions[version] for example in examples])
        for version in examples[0].versions
    ]
    columns = {
        "shape_id": [example.shape_id for example in examples],
        "class": [example.class_name for example in examples],
        **_columns(sets, type(sets[0].shapes[0])),
    }
    write_shard(path, columns, **_attributes(sets), **attrs)


def read_examples(path: str | Path) -> list[Example]:
    """Read what `write_examples` wrote.

    Args:
        path: the file to read.

    Returns:
        The examples in their order.

    Raises:
        InputError: the file is not readable.
    """
    with open_shard(path) as file:
        sets = _read_sets(file)
        columns = [read_strings(file[name]) for name in ("shape_id", "class")]
    return [
        Example(shape_id, class_name, {version.name: version.shapes[k] for version in sets})
        for k, (shape_id, class_name) in enumerate(zip(*columns, strict=True))
    ]


def _columns(sets: Sequence[ShapeSet], form: type) -> dict[str, np.ndarray | list[str]]:
    """Columns of the shapes that exist: their set, their number in it, and their geometry."""
    rows = [
        (one.name, k, shape)
        for one in sets
        for k, shape in enumerate(one.shapes)
        if shape is not None
    ]
    return {
        "set": [name for name, _, _ in rows],
        "number": np.array([k for _, k, _ in rows], np.int64),
        **shape_columns([shape for _, _, shape in rows], form),
    }


def _attributes(sets: Sequence[ShapeSet]) -> dict[str, list]:
    return {
        "names": [one.name for one in sets],
        "sizes": [len(one.shapes) for one in sets],
        "is_draw": [one.is_draw for one in sets],
    }


def _read_sets(file: h5py.File) -> list[ShapeSet]:
    columns = (file.attrs[name].tolist() for name in ("names", "sizes", "is_draw"))
    sets = {
        name: ShapeSet(name, [None] * size, is_draw)
        for name, size, is_draw in zip(*columns, strict=True)
    }
    shapes = read_shapes(file, np.arange(len(file["number"])))
    for name, k, shape in zip(read_strings(file["set"]), file["number"][:], shapes, strict=True):
        sets[name].shapes[k] = shape
    return list(sets.values())
