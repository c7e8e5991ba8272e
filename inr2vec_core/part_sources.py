"""Lists of shapes with parts, where they are files of their own; as `sources.py`, which see."""

from __future__ import annotations

from pathlib import Path

from inr2vec_core import part_layouts
from inr2vec_core.errors import InputError
from inr2vec_core.part_layouts import CATEGORIES, labels_file
from inr2vec_core.sources import Listing, Rejected, Source, existing_folder, list_folder


def list_shapenet_part(root: str | Path) -> Listing:
    """Lists shapenetcore_partanno_segmentation_benchmark_v0_normal.

    `synsetoffset2category.txt` names classes and their folders, which hold `<id>.txt`;
    `train_test_split/shuffled_{train,val,test}_file_list.json` give the splits. Ids are
    `<class>/<id>`. Entries that name no shape, and those of a shape that an earlier list (train,
    val, test) has, are set aside. Shapes in no list are passed over.

    Raises:
        InputError: one of these files is missing or not as described, or no listed shape exists.
    """
    root = existing_folder(root)
    classes = part_layouts.categories(root)
    files = part_layouts.shape_files(root, classes)
    sources: dict[tuple[str, str], Source] = {}
    rejected = []
    for split in part_layouts.SPLITS:
        listed_in = part_layouts.split_file(root, split)
        for entry in part_layouts.split_entries(listed_in):
            folder, _, name = entry.removeprefix("shape_data/").partition("/")
            shape_id, path = f"{classes.get(folder, folder)}/{name}", root / folder / f"{name}.txt"
            if (reason := _fault(folder, name, classes, files, sources)) is None:
                sources[folder, name] = Source(shape_id, classes[folder], split, str(path))
            else:
                reason = f"{listed_in} names {entry!r}, {reason}"
                rejected.append(Rejected(shape_id, str(path), reason))
    if not sources:
        raise InputError(
            f"{root} holds none of the {len(rejected)} shapes in the lists of its splits: "
            "set the data set's root to the folder of the benchmark, or restore them"
        )
    found = sorted(sources.values(), key=lambda source: source.shape_id)
    return Listing(found, rejected, len(files) - len(found))


def _fault(
    folder: str,
    name: str,
    classes: dict[str, str],
    files: dict[tuple[str, str], Path],
    sources: dict[tuple[str, str], Source],
) -> str | None:
    if folder not in classes:
        return f"a folder of no class in {CATEGORIES}: correct the entry or add the class"
    if (folder, name) not in files:
        return "a file that is missing: restore it, or take it from the list"
    if (folder, name) in sources:
        split = sources[folder, name].split
        return f"which is used in the {split} split already: take it from one list"
    return None


def list_labelled_meshes(
    root: str | Path, test_fraction: float | None = None, seed: int = 0
) -> Listing:
    """Lists off meshes with `<id>_labels.txt` beside, in folders as `sources.list_folder` does.

    A mesh without labels is set aside; its split would have been the same.

    Raises:
        InputError: as `sources.list_folder`; or no mesh has labels.
    """
    listing = list_folder(root, test_fraction, seed, part_layouts.MESHES)
    labelled, rejected = [], list(listing.rejected)
    for source in listing.sources:
        if labels_file(source.path).exists():
            labelled.append(source)
        else:
            reason = f"{labels_file(source.path)} is missing: add it, or take the mesh away"
            rejected.append(Rejected(source.shape_id, source.path, reason))
    if not labelled:
        raise InputError(
            f"{root}: none of its {len(listing.sources)} meshes has its <id>_labels.txt beside it: "
            "add them, or use the reader folder for meshes without parts"
        )
    return Listing(labelled, rejected, listing.ignored - len(labelled))
