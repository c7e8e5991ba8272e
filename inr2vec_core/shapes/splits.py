"""Training, validation and test splits, drawn by seed and shape id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import ShapeRecord


def cut_validation(sources: Sequence[ShapeRecord], fraction: float, seed: int) -> list[ShapeRecord]:
    """Moves a part of each class's training shapes to the validation split.

    Classes that already have validation shapes are left alone. Where a class has two training
    shapes or more, at least one moves and at least one stays. The draw depends on the seed and
    the shapes' ids alone.

    Raises:
        InputError: `fraction` is not between 0 and 1.
    """
    _check_fraction("val_fraction", fraction)
    complete = {source.class_name for source in sources if source.split == "val"}
    kept = [source for source in sources if source.class_name in complete]
    cut = [source for source in sources if source.class_name not in complete]
    cut = _move_some(cut, "train", "val", fraction, seed)
    return sorted(kept + cut, key=lambda source: source.shape_id)


def draw(sources: Sequence[ShapeRecord], number: int, seed: int) -> list[ShapeRecord]:
    """So many shapes, drawn by seed and id, sorted by id; more shapes keep those drawn before."""
    from inr2vec_core.utils.seeding import derive_seed  # imports NumPy

    ranked = sorted(sources, key=lambda s: (derive_seed(seed, "draw", s.shape_id), s.shape_id))
    return sorted(ranked[:number], key=lambda source: source.shape_id)


def check_splits(sources: Sequence[ShapeRecord], needed: Sequence[str] = ("train", "test")) -> None:
    """Checks that every class has shapes in every needed split, as training wants it.

    Raises:
        InputError: naming the first class and split without shapes.
    """
    if not sources:
        raise InputError("the data set has no shapes left: see its rejected.csv for the reasons")
    present = {(source.class_name, source.split) for source in sources}
    for class_name in sorted({source.class_name for source in sources}):
        for split in needed:
            if (class_name, split) not in present:
                raise InputError(
                    f"class {class_name!r} has no {split} shapes: add some or remove the class"
                )


# ---------------------------------------------------------------------------- shared helpers


def _check_fraction(name: str, fraction: float) -> None:
    if not 0 < fraction < 1:
        raise InputError(f"{name} is {fraction}: set it between 0 and 1, both excluded")


def _move_some(
    sources: Sequence[ShapeRecord], old: str, new: str, fraction: float, seed: int
) -> list[ShapeRecord]:
    """Gives each class's share of the split `old` to the split `new`."""
    from inr2vec_core.utils.seeding import derive_seed  # imports NumPy

    classes = defaultdict(list)
    for source in sources:
        if source.split == old:
            classes[source.class_name].append(source.shape_id)
    moved = set()
    for ids in classes.values():
        number = min(max(1, round(fraction * len(ids))), len(ids) - 1)
        ids.sort(key=lambda shape_id: (derive_seed(seed, "split", new, shape_id), shape_id))
        moved.update(ids[:number])
    return [replace(s, split=new) if s.shape_id in moved else s for s in sources]
