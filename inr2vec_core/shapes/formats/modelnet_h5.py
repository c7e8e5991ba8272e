"""Clouds or grids in the layout of modelnet40_ply_hdf5_2048 (Qi et al. 2017, PointNet)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord, without_duplicates
from inr2vec_core.shapes.formats._files import check_file, existing_folder, read_lines
from inr2vec_core.shapes.formats._h5_rows import H5RowsFormat, read_h5_rows
from inr2vec_core.shapes.splits import SPLITS

if TYPE_CHECKING:
    import h5py

    from inr2vec_core.geometry.raw import Geometry


class Format(H5RowsFormat):
    """Files `ply_data_{train,val,test}*.h5` and a file of the classes' names, one a line.

    An h5 file holds `data`, (N, P, 3) float clouds or (N, A, B, C) grids of bool, integers or
    floats, and `label` (N,) or (N, 1) int, the lines of the classes, counted from 0. Ids are
    `<class>/<split>/<name>`: `<h5 file>_names.txt` has the names, one a line; without it the file's
    name and the row are the name.

    Attributes:
        classes_file: the name of the file of the classes.
    """

    classes_file: ClassVar[str] = "shape_names.txt"

    def catalog(self) -> Catalog:
        """List the rows of all files.

        Rows whose label names no class and repeated names are set aside.

        Raises:
            InputError: a file is missing, unreadable or not as described.
        """
        root = existing_folder(self.root)
        classes = self.class_names()
        records, rejected = [], []
        for file, split in h5_files(root):
            for row, (name, label) in enumerate(self.names_and_labels(file)):
                if 0 <= label < len(classes):
                    shape_id = f"{classes[label]}/{split}/{name}"
                    records.append(ShapeRecord(shape_id, classes[label], split, str(file), row))
                else:
                    reason = (
                        f"label {label} names none of the {len(classes)} lines of "
                        f"{self.classes_file} (the first is 0)"
                    )
                    rejected.append(Rejected(name, f"{file}[{row}]", reason))
        kept, duplicates = without_duplicates(records)
        return Catalog(kept, rejected + duplicates, 0)

    def files(self, records: Sequence[ShapeRecord]) -> list[str]:
        """All files of the data set, sorted: the shapes of a shard lie in most of them.

        Raises:
            InputError: there are no h5 files or no file of the classes.
        """
        root = existing_folder(self.root)
        data = [file for file, _ in h5_files(root)]
        names = [file for file in map(_names_file, data) if file.exists()]
        return sorted(map(str, [self._classes_path(), *data, *names]))

    def read_rows(self, path: str, records: Sequence[ShapeRecord]) -> Iterable[Geometry | BadShape]:
        """Read clouds or grids.

        Raises:
            InputError: the file is unreadable or has too few rows.
        """
        from inr2vec_core.geometry.raw import Cloud, Grid

        data = read_h5_rows(path, [record.row for record in records])
        return map(Cloud if data.ndim == 3 else Grid, data)

    def class_of_line(self, line: str) -> str:
        """The class that a line of the classes' file names."""
        return line

    def check_arrays(self, file: Path, h5: h5py.File) -> None:
        """Check the names, dimensions and kinds of a file's arrays.

        Raises:
            InputError: they are not as described.
        """
        data, label = (getattr(h5.get(key), "shape", ()) for key in ("data", "label"))
        kind = h5["data"].dtype.kind if data else ""
        clouds = len(data) == 3 and data[2] == 3 and kind == "f"
        grids = len(data) == 4 and kind in "biuf"
        if (
            not (clouds or grids)
            or label not in {data[:1], (data[0], 1)}
            or h5["label"].dtype.kind not in "iu"
        ):
            found = [described(key, h5[key]) for key in h5]
            raise InputError(
                f"{file} holds {', '.join(found) or 'nothing'}; expected data (N, P, 3) of floats "
                "(clouds) or (N, A, B, C) of numbers (grids), and label (N,) or (N, 1) of integers"
            )

    def class_names(self) -> list[str]:
        """The classes in the order of their labels.

        Raises:
            InputError: the file of their names is missing, empty or names a class twice.
        """
        file = self._classes_path()
        names = [self.class_of_line(line) for line in read_lines(file)]
        if not names or len(set(names)) < len(names):
            raise InputError(
                f"{file} names {len(names)} classes, {len(set(names))} of them different: "
                "name each class once, in the order of the labels"
            )
        return names

    def names_and_labels(self, file: Path) -> list[tuple[str, int]]:
        """The name and label of each shape in an h5 file.

        Raises:
            InputError: the file is unreadable or not as described, or the numbers of names and
                shapes differ.
        """
        labels = self._labels(file)
        names_file = _names_file(file)
        if not names_file.exists():
            return [(f"{file.stem}_{row:05d}", label) for row, label in enumerate(labels)]
        names = read_lines(names_file)
        if len(names) != len(labels):
            raise InputError(
                f"{names_file} has {len(names)} names for the {len(labels)} shapes of {file.name}: "
                "give one a line, or remove the file"
            )
        return list(zip(names, labels, strict=True))

    def _classes_path(self) -> Path:
        file = Path(self.root) / self.classes_file
        if not file.exists():
            raise InputError(f"{file} is missing: write the classes' names in it, one a line")
        return file

    def _labels(self, file: Path) -> list[int]:
        from inr2vec_core.io.hdf5 import open_source

        with open_source(file) as h5:
            self.check_arrays(file, h5)
            return [int(label) for label in h5["label"][:].reshape(-1)]


def h5_files(root: Path) -> list[tuple[Path, str]]:
    """The h5 files, each with its split.

    Raises:
        InputError: there are none.
    """
    found = [
        (file, split) for split in SPLITS for file in sorted(root.glob(f"ply_data_{split}*.h5"))
    ]
    if not found:
        raise InputError(f"{root} holds no ply_data_train*.h5 or ply_data_test*.h5: check the root")
    for file, _ in found:
        check_file(file)
    return found


def described(key: str, item: h5py.Dataset | h5py.Group) -> str:
    """The name, shape and kind of an array, for messages."""
    return f"{key} {getattr(item, 'shape', 'group')} {getattr(item, 'dtype', '')}".strip()


def _names_file(h5_file: Path) -> Path:
    return h5_file.with_name(f"{h5_file.stem}_names.txt")
