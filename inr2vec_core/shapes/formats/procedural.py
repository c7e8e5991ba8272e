"""Generated shapes of everyday classes, which need no files."""

from __future__ import annotations

from collections.abc import Sequence

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, ShapeRecord

# Procedural shapes of each split count from here, so that asking for more of one split changes
# no shape of another.
PROCEDURAL_START = {"train": 0, "val": 1_000_000, "test": 2_000_000}


def list_procedural(classes: Sequence[str], train: int, val: int, test: int) -> Catalog:
    """Lists generated shapes: so many of each class in each split.

    More shapes of a split leave those already there, and the other splits, as they are.

    Raises:
        InputError: a class is unknown or named twice, or a number is out of range.
    """
    from inr2vec_core.shapes.procedural import CLASSES

    unknown = sorted(set(classes) - set(CLASSES))
    if unknown:
        raise InputError(f"no procedural class {unknown[0]!r}: use some of {', '.join(CLASSES)}")
    if not classes or len(set(classes)) < len(classes):
        raise InputError(f"procedural classes {list(classes)}: name at least one, and each once")
    sources = []
    for split, number in (("train", train), ("val", val), ("test", test)):
        if not 0 <= number <= 1_000_000:
            raise InputError(f"{number} {split} shapes a class: ask for 0 to 1,000,000")
        for class_name in classes:
            for i in range(number):
                shape_id = f"{class_name}/{split}/{i:06d}"
                row = PROCEDURAL_START[split] + i
                sources.append(ShapeRecord(shape_id, class_name, split, "", row))
    return Catalog(sorted(sources, key=lambda source: source.shape_id), [], 0)
