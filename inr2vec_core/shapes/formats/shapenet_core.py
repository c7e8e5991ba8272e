"""ShapeNetCore (Chang et al. 2015) as it is unpacked, versions 1 and 2."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.io.file_errors import SOURCE, reading
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord
from inr2vec_core.shapes.formats._base import ShapeFormat
from inr2vec_core.shapes.formats._files import (
    broken_links,
    check_file,
    existing_folder,
    is_folder,
    visible_entries,
)
from inr2vec_core.shapes.splits import SPLITS, check_fraction, move_share
from inr2vec_core.utils.files import is_missing

# Where a shape's folder has its mesh: in version 2, in version 1.
MESHES = ("models/model_normalized.obj", "model.obj")
# WordNet 3.0 offsets of its classes, with the first name that each has in taxonomy.json.
SYNSETS = {
    "02691156": "airplane", "02747177": "ashcan", "02773838": "bag", "02801938": "basket",
    "02808440": "bathtub", "02818832": "bed", "02828884": "bench", "02834778": "bicycle",
    "02843684": "birdhouse", "02858304": "boat", "02871439": "bookshelf", "02876657": "bottle",
    "02880940": "bowl", "02924116": "bus", "02933112": "cabinet", "02942699": "camera",
    "02946921": "can", "02954340": "cap", "02958343": "car", "02992529": "cellular telephone",
    "03001627": "chair", "03046257": "clock", "03085013": "computer keyboard",
    "03207941": "dishwasher", "03211117": "display", "03261776": "earphone", "03325088": "faucet",
    "03337140": "file", "03467517": "guitar", "03513137": "helmet", "03593526": "jar",
    "03624134": "knife", "03636649": "lamp", "03642806": "laptop", "03691459": "loudspeaker",
    "03710193": "mailbox", "03759954": "microphone", "03761084": "microwave",
    "03790512": "motorcycle", "03797390": "mug", "03928116": "piano", "03938244": "pillow",
    "03948459": "pistol", "03991062": "pot", "04004475": "printer", "04074963": "remote control",
    "04090263": "rifle", "04099429": "rocket", "04225987": "skateboard", "04256520": "sofa",
    "04330267": "stove", "04379243": "table", "04401088": "telephone", "04460130": "tower",
    "04468005": "train", "04530566": "vessel", "04554684": "washer",
}  # fmt: skip
_SYNSET = re.compile(r"\d{8}")


class Format(ShapeFormat):
    """Meshes `<synset>/<id>/models/model_normalized.obj` or `<synset>/<id>/model.obj`.

    A shape's id is `<class>/<id>`, its class the synset's first name. Splits are those of `all.csv`
    (columns synsetId, modelId, split) or of `train.csv`, `val.csv` and `test.csv`, which lie in the
    root or beside it; without them `test_fraction` of each class is the test split.
    """

    def catalog(self) -> Catalog:
        """List the shapes.

        Folders without a mesh are set aside, and shapes that the list of splits does not name,
        names in two splits, or names though there is no such folder.

        Raises:
            InputError: there are no synset folders, a folder or a list of splits cannot be read, or
                `test_fraction` is missing, or given where lists name the splits.
        """
        root = existing_folder(self.root)
        synsets, bad_folders, ignored = _synset_folders(root)
        names = _class_names(root, [folder.name for folder in synsets])
        splits, source = read_splits(root)
        self._check_test_fraction(root, source)
        records, rejected, found = [], bad_folders, set()
        for folder in synsets:
            models, bad = _subfolders(folder)
            rejected += bad
            if not models:
                reason = "holds no shapes: unpack its archive again, or remove it"
                rejected.append(Rejected(names[folder.name], folder.path, reason))
            for model in models:
                key = (folder.name, model.name)
                found.add(key)
                shape_id = f"{names[folder.name]}/{model.name}"
                mesh = _mesh_in(model.path)
                split = splits.get(key, None if source else "train")
                if mesh is None:
                    reason = f"has no {' or '.join(MESHES)}: unpack it again"
                    rejected.append(Rejected(shape_id, model.path, reason))
                elif split is None:
                    rejected.append(Rejected(shape_id, mesh, f"{source} does not name it"))
                elif split not in SPLITS:
                    reason = f"{source} names it in several splits ({split}): mend the list"
                    rejected.append(Rejected(shape_id, mesh, reason))
                else:
                    records.append(ShapeRecord(shape_id, names[folder.name], split, mesh))
        here = {folder.name for folder in synsets}
        for synset, model in sorted(set(splits) - found):
            if synset in here:
                reason = f"has no folder, though {source} names it: unpack it again"
                shape_id, path = f"{names[synset]}/{model}", str(root / synset / model)
                rejected.append(Rejected(shape_id, path, reason))
        records.sort(key=lambda record: record.shape_id)
        if not source:
            records = move_share(records, "train", "test", self.test_fraction, self.seed)
        return Catalog(records, rejected, ignored)

    def _check_test_fraction(self, root: Path, source: str) -> None:
        if self.test_fraction is not None:
            check_fraction("test_fraction", self.test_fraction)
            if source:
                raise InputError(
                    f"{root}: {source} names the splits; remove test_fraction={self.test_fraction}"
                )
        elif not source:
            raise InputError(
                f"{root} has no list of splits: set test_fraction (0.2, say), or put ShapeNet's "
                "all.csv there"
            )


def read_splits(root: Path) -> tuple[dict[tuple[str, str], str], str]:
    """The official splits.

    Args:
        root: the folder of the synsets.

    Returns:
        The split of each (synset, id), or several with " and " between where the lists disagree;
        and the file or files that name it, "" where there are none.

    Raises:
        InputError: a list cannot be read, has other columns, names no shapes, or names a split that
            there is not.
    """
    for folder in (root, root.parent):
        files = [(folder / "all.csv", None)]
        if is_missing(files[0][0]):
            files = [(folder / f"{split}.csv", split) for split in SPLITS]
        files = [(file, split) for file, split in files if not is_missing(file)]
        named: dict[tuple[str, str], list[str]] = {}
        for file, each in files:
            for key, split in _rows(file, each):
                named.setdefault(key, []).append(split)
        source = " and ".join(str(file) for file, _ in files)
        if files and not named:
            raise InputError(f"{source}: no shapes are named: restore ShapeNet's own list")
        if named:
            return {
                key: " and ".join(s for s in SPLITS if s in splits) for key, splits in named.items()
            }, source
    return {}, ""


def _rows(file: Path, split: str | None) -> Iterator[tuple[tuple[str, str], str]]:
    check_file(file)
    with reading(file, "CSV table", SOURCE), file.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines)
        wanted = {"synsetId", "modelId"} | ({"split"} if split is None else set())
        missing = sorted(wanted - set(rows.fieldnames or ()))
        if missing:
            raise InputError(f"{file} has no column {missing[0]}: restore ShapeNet's own list")
        for row in rows:
            named = split or row["split"]
            # A spreadsheet drops the zero that synsets begin with.
            synset, model = (row["synsetId"] or "").zfill(8), row["modelId"]
            if named not in SPLITS or not _SYNSET.fullmatch(synset) or not model:
                raise InputError(
                    f"{file}, line {rows.line_num}: synset {row['synsetId']!r}, model "
                    f"{model!r}, split {named!r}: mend the line"
                )
            yield (synset, model), named


def _class_names(root: Path, synsets: list[str]) -> dict[str, str]:
    """The class of each synset: its first name, or its number where it is not known."""
    names = dict(SYNSETS)
    file = root / "taxonomy.json"
    if file.is_file() and not set(synsets) <= set(SYNSETS):
        with reading(file, "list of synsets", SOURCE):
            listed = json.loads(file.read_text(encoding="utf-8"))
            named = {entry["synsetId"]: entry["name"].split(",")[0].strip() for entry in listed}
        names = named | names
    taken = [names.get(synset, synset) for synset in synsets]
    # Two synsets of one name, as the taxonomy has some, keep their numbers.
    return {
        synset: name if taken.count(name) == 1 else f"{name} {synset}"
        for synset, name in zip(synsets, taken, strict=True)
    }


def _synset_folders(root: Path) -> tuple[list[os.DirEntry], list[Rejected], int]:
    """The folders of synsets, those that cannot be entered, and the number of other entries."""
    visible = visible_entries(root)
    named = [entry for entry in visible if _SYNSET.fullmatch(entry.name)]
    synsets = [entry for entry in named if is_folder(entry)]
    if not synsets:
        raise InputError(
            f"{root} holds no folder of a synset, such as 02691156: set root to the folder that "
            "has them, and unpack their archives"
        )
    bad = broken_links(named)
    return synsets, bad, len(visible) - len(synsets) - len(bad)


def _subfolders(synset: os.DirEntry) -> tuple[list[os.DirEntry], list[Rejected]]:
    """The folders of a synset's shapes, and those that cannot be entered."""
    entries = visible_entries(synset.path)
    return [entry for entry in entries if is_folder(entry)], broken_links(entries)


def _mesh_in(folder: str) -> str | None:
    """The mesh in a shape's folder, or what cannot be read in its place: that is told later."""
    files = [f"{folder}/{mesh}" for mesh in MESHES]
    readable = (file for file in files if os.path.isfile(file))  # noqa: PTH113 (50,000 files)
    other = (file for file in files if not is_missing(file))
    return next(readable, None) or next(other, None)
