"""Training, validation and test splits, drawn by seed and shape id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import ShapeRecord

SPLITS = ("train", "val", "test")


def cut_validation(records: Sequence[ShapeRecord], fraction: float, seed: int) -> list[ShapeRecord]:
    """Move a share of each class's training shapes to the validation split.

    Classes that already have validation shapes are left alone. Where a class has two training
    shapes or more, at least one moves and at least one stays. The draw depends on the seed and
    the shapes' ids alone.

    Args:
        records: all shapes of a data set.
        fraction: the share of each class's training shapes, between 0 and 1.
        seed: the run's seed.

    Returns:
        All shapes, sorted by id.

    Raises:
        InputError: `fraction` is not between 0 and 1.
    """
    check_fraction("val_fraction", fraction)
    complete = {record.class_name for record in records if record.split == "val"}
    kept = [record for record in records if record.class_name in complete]
    cut = [record for record in records if record.class_name not in complete]
    cut = move_share(cut, "train", "val", fraction, seed)
    return sorted(kept + cut, key=lambda record: record.shape_id)


def move_share(
    records: Sequence[ShapeRecord], old: str, new: str, fraction: float, seed: int
) -> list[ShapeRecord]:
    """Move a share of each class's shapes from one split to another.

    At least one shape of each class moves and at least one stays, if there are two.

    Args:
        records: all shapes of a data set.
        old: the split that shapes are taken from.
        new: the split that they are moved to.
        fraction: the share of each class, between 0 and 1.
        seed: the run's seed; the draw depends on it, on `new` and on the shapes' ids alone.

    Returns:
        All shapes, in the order of `records`.
    """
    from inr2vec_core.utils.seeding import derive_seed  # imports NumPy

    classes = defaultdict(list)
    for record in records:
        if record.split == old:
            classes[record.class_name].append(record.shape_id)
    moved = set()
    for ids in classes.values():
        number = min(max(1, round(fraction * len(ids))), len(ids) - 1)
        ids.sort(key=lambda shape_id: (derive_seed(seed, "split", new, shape_id), shape_id))
        moved.update(ids[:number])
    return [replace(r, split=new) if r.shape_id in moved else r for r in records]


def check_fraction(name: str, fraction: float) -> None:
    """Check a share of a split.

    Args:
        name: the key that the message names.
        fraction: the share.

    Raises:
        InputError: the share is not between 0 and 1.
    """
    if not 0 < fraction < 1:
        raise InputError(f"{name} is {fraction}: set it between 0 and 1, both excluded")


def check_splits(
    classes_and_splits: Iterable[tuple[str, str]], needed: Sequence[str] = ("train", "test")
) -> None:
    """Check that every class has shapes in every split that a training needs.

    Args:
        classes_and_splits: the class and the split of each shape.
        needed: the splits.

    Raises:
        InputError: there are no shapes, or a class has none in a split; the message names the
            first.
    """
    present = set(classes_and_splits)
    if not present:
        raise InputError("the data set has no shapes left: see its rejected.csv for the reasons")
    for class_name in sorted({class_name for class_name, _ in present}):
        for split in needed:
            if (class_name, split) not in present:
                raise InputError(
                    f"class {class_name!r} has no {split} shapes: add some or remove the class"
                )
