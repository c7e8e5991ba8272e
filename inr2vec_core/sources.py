"""Where shapes come from: the list of a data set's shapes, without reading any geometry.

Only the standard library is imported at the top, for the Snakefile imports this module at every
call. Whatever the order in which a file system gives its names, the lists are the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from inr2vec_core import modelnet_h5, part_layouts
from inr2vec_core.errors import InputError
from inr2vec_core.folders import EXTENSIONS, scan_folder

READERS = (
    "procedural", "folder", "modelnet_h5", "shapenet_part_h5", "shapenet_part", "labelled_meshes",
    "mvp", "pairs", "occupancy_networks",
)  # fmt: skip

# Procedural shapes of each split count from here, so that asking for more of one split changes
# no shape of another.
PROCEDURAL_START = {"train": 0, "val": 1_000_000, "test": 2_000_000}


@dataclass(frozen=True)
class Source:
    """One shape of a data set and where its geometry is.

    `path` is the file ("" for procedural shapes). `row` is the row in an h5 file, the index of a
    procedural shape, -1 for a file that holds one shape. `whole` is the file of the shape that a
    cloud is a part of, or was drawn on, if that is another or another of its arrays.
    """

    shape_id: str
    class_name: str
    split: str
    path: str
    row: int = -1
    whole: str = ""


@dataclass(frozen=True)
class Rejected:
    """A shape set aside, where it comes from and why."""

    shape_id: str
    source: str
    reason: str


class Listing(NamedTuple):
    """What a data set holds: shapes sorted by id, shapes set aside, number of other files."""

    sources: list[Source]
    rejected: list[Rejected]
    ignored: int


def source_files(reader: str, root: str | Path) -> list[Path]:
    """The files that a data set is made of, sorted; none for procedural shapes.

    Raises:
        InputError: root is missing, no folder or holds no shapes, or the reader is unknown.
    """
    if reader not in READERS:
        raise InputError(f"unknown reader {reader!r}: use one of {', '.join(READERS)}")
    if reader == "procedural":
        return []
    root = existing_folder(root)
    if reader == "modelnet_h5":
        return modelnet_h5.all_files(root)
    if reader == "shapenet_part_h5":
        return modelnet_h5.all_files(root, modelnet_h5.SHAPENET_PART)
    if reader == "shapenet_part":
        return part_layouts.all_files(root)
    meshes = part_layouts.MESHES if reader == "labelled_meshes" else EXTENSIONS
    files = [Path(file.path) for file in scan_folder(root, meshes).files]
    if reader == "labelled_meshes":
        files += [labels for file in files if (labels := part_layouts.labels_file(file)).exists()]
    return sorted(files)


def list_folder(
    root: str | Path,
    test_fraction: float | None = None,
    seed: int = 0,
    extensions: Sequence[str] = EXTENSIONS,
) -> Listing:
    """Lists shapes kept one a file, by folders that name their class and perhaps their split.

    Three layouts are read; a shape's id is its path below root without the extension.
    `<class>/<split>/*`, the split being train, val (valid, validation) or test;
    `<class>/*`, where `test_fraction` of each class, drawn with `seed`, is the test split;
    `*`, shapes without a class ("unlabelled"), all test unless `test_fraction` is given.

    Raises:
        InputError: root cannot be used, a class folder is empty, layouts are mixed, or
            `test_fraction` is missing or given where the folders already name the splits.
    """
    root = existing_folder(root)
    scan = scan_folder(root, extensions)
    unique, rejected = _set_duplicates_aside([Source(*file) for file in scan.files])
    if test_fraction is not None:
        _check_fraction("test_fraction", test_fraction)
    if scan.layout == "class/split" and test_fraction is not None:
        raise InputError(
            f"{root}: its folders already name the splits; remove test_fraction={test_fraction}"
        )
    if scan.layout == "class" and test_fraction is None:
        raise InputError(
            f"{root}: shapes lie in class folders without train and test folders; "
            "set test_fraction (0.2, say) or sort them into <class>/train and <class>/test"
        )
    if test_fraction is not None:
        unique = _move_some(unique, "train", "test", test_fraction, seed)
    elif scan.layout == "flat":
        unique = [replace(source, split="test") for source in unique]
    return Listing(unique, rejected, scan.ignored)


def list_modelnet_h5(
    root: str | Path, layout: modelnet_h5.Layout = modelnet_h5.MODELNET
) -> Listing:
    """Lists a folder laid out as modelnet40_ply_hdf5_2048 is, or as ShapeNet Part's hdf5_data.

    Its files are `ply_data_{train,val,test}*.h5` and `shape_names.txt`, one class a line, or
    `all_object_categories.txt`. An h5 file holds `data`, (N, P, 3) float clouds or (N, A, B, C)
    grids of bool, integers or floats, and `label` (N,) or (N, 1) int; of ShapeNet Part clouds and
    `pid` (N, P). Where `<h5 file>_names.txt` gives the shapes' names these make the ids,
    `<class>/<split>/<name>`, else the h5 file's name and the row do.
    Rows whose label names no class and repeated names are set aside.

    Raises:
        InputError: a file is missing, unreadable or not as described.
    """
    root = existing_folder(root)
    classes = modelnet_h5.class_names(root, layout)
    sources, rejected = [], []
    for file, split in modelnet_h5.h5_files(root):
        for row, (name, label) in enumerate(modelnet_h5.names_and_labels(file, layout)):
            if 0 <= label < len(classes):
                shape_id = f"{classes[label]}/{split}/{name}"
                sources.append(Source(shape_id, classes[label], split, str(file), row))
            else:
                lines = f"the {len(classes)} lines of {layout.classes_file}"
                reason = f"label {label} names none of {lines}"
                rejected.append(Rejected(name, f"{file}[{row}]", f"{reason} (the first is 0)"))
    unique, duplicates = _set_duplicates_aside(sources)
    return Listing(unique, rejected + duplicates, 0)


def list_procedural(classes: Sequence[str], train: int, val: int, test: int) -> Listing:
    """Lists generated shapes: so many of each class in each split.

    More shapes of a split leave those already there, and the other splits, as they are.

    Raises:
        InputError: a class is unknown or named twice, or a number is out of range.
    """
    from inr2vec_core.procedural import CLASSES

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
                sources.append(Source(shape_id, class_name, split, "", row))
    return Listing(sorted(sources, key=lambda source: source.shape_id), [], 0)


def cut_validation(sources: Sequence[Source], fraction: float, seed: int) -> list[Source]:
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


def draw(sources: Sequence[Source], number: int, seed: int) -> list[Source]:
    """So many shapes, drawn by seed and id, sorted by id; more shapes keep those drawn before."""
    from inr2vec_core.seeding import derive_seed  # imports NumPy

    ranked = sorted(sources, key=lambda s: (derive_seed(seed, "draw", s.shape_id), s.shape_id))
    return sorted(ranked[:number], key=lambda source: source.shape_id)


def check_splits(sources: Sequence[Source], needed: Sequence[str] = ("train", "test")) -> None:
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


def existing_folder(root: str | Path) -> Path:
    """The data set's root, which must be there.

    Raises:
        InputError: it is not, or is no folder.
    """
    root = Path(root)
    if not root.is_dir():
        fault = "is not a folder" if root.exists() else "does not exist"
        raise InputError(f"{root} {fault}: set the data set's root to the folder of its shapes")
    return root


def _move_some(
    sources: Sequence[Source], old: str, new: str, fraction: float, seed: int
) -> list[Source]:
    """Gives each class's share of the split `old` to the split `new`."""
    from inr2vec_core.seeding import derive_seed  # imports NumPy

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


def _set_duplicates_aside(sources: Sequence[Source]) -> tuple[list[Source], list[Rejected]]:
    """Of shapes with the same id the first stays, in order of path and row."""
    first, rejected = {}, []
    for source in sorted(sources, key=lambda s: (s.shape_id, str(s.path), s.row)):
        kept = first.setdefault(source.shape_id, source)
        if kept is not source:
            reason = f"same name as {_place(kept)}, which is used instead; rename one of them"
            rejected.append(Rejected(source.shape_id, _place(source), reason))
    return list(first.values()), rejected


def _place(source: Source) -> str:
    return source.path if source.row < 0 else f"{source.path}[{source.row}]"
