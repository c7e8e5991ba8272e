"""Damaged files read in the child process as a shard's are, and what must not come of them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from fuzzing.mutants import mutant
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.shapes import formats
from inr2vec_core.shapes.build import PreparedRecord
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.isolation.parent import prepare_in_child

LAYOUTS = str(Path(__file__).parent / "layouts")
FIELDS = (ShapeSettings("udf", 8), ShapeSettings("sdf"), ShapeSettings("occ", 8, 8))
# Causes of these are the reader's own fault, though the shape is set aside.
UNWANTED = ("was ended by", "took more than", "ended its process", "needs more than")


def faults(
    folder: Path, kind: str, seeds: Iterable[int], settings: ShapeSettings
) -> Iterator[tuple[str, str]]:
    """Read damaged files, and give those that were handled wrongly.

    Args:
        folder: where the files are written; those handled well are removed again.
        kind: of file, such as ".off".
        seeds: one for each file.
        settings: what becomes of the shapes.

    Yields:
        The seed and what was wrong.
    """
    files = {str(seed): folder / f"{seed}{kind}" for seed in seeds}
    for seed, path in files.items():
        path.write_bytes(mutant(kind, int(seed)))
    return read_all(files, settings)


def read_all(
    files: Mapping[str, Path], settings: ShapeSettings, layout: str = "checked_files"
) -> Iterator[tuple[str, str]]:
    """Read files, and give those that were handled wrongly.

    A file is handled well if its shape is finite and within its file's counts, or is set aside
    with a reason of one line that names the file, without harm to the child.

    Args:
        files: by the ids of their shapes; those handled well are removed.
        settings: what becomes of the shapes.
        layout: what reads them.

    Yields:
        The id and what was wrong.
    """
    if LAYOUTS not in formats.__path__:
        formats.__path__.append(LAYOUTS)
    left = [ShapeRecord(name, "mutant", "test", str(path)) for name, path in files.items()]
    dataset = ShapeDataset(layout)
    while left:
        try:
            for prepared in prepare_in_child(dataset, list(left), settings, 0):
                record = left.pop(0)
                if wrong := _wrong(prepared):
                    yield record.shape_id, wrong
                else:
                    Path(record.path).unlink()
        except Exception as error:  # anything but a reason would have ended the run
            record = left.pop(0)
            notes = "".join(getattr(error, "__notes__", ()))
            yield record.shape_id, f"{type(error).__name__}: {error} {notes[-700:]}"


def _wrong(prepared: PreparedRecord) -> str:
    """What is wrong with what became of a file; "" where nothing is."""
    for bad in prepared.rejected:
        if "\n" in bad.reason:
            return f"several lines: {bad.reason!r}"
        if any(text in bad.reason for text in UNWANTED):
            return bad.reason
        if bad.source_file != prepared.record.path:
            return f"names {bad.source_file}"
    for shape in prepared.shapes:
        if shape.is_empty() or not np.isfinite(shape.to_array()).all():
            return "the shape is empty or not finite"
    return "" if prepared.shapes or prepared.rejected else "neither shape nor reason"
