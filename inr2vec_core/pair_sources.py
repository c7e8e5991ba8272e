"""Lists of clouds that come with the shape they are of; as `sources.py`, which see.

The ids of partial clouds are those of their complete ones, then "~" and a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from inr2vec_core.errors import InputError
from inr2vec_core.folders import EXTENSIONS, scan_folder
from inr2vec_core.modelnet_h5 import read_lines
from inr2vec_core.sources import Listing, Rejected, Source, existing_folder, list_folder

# In the order of MVP's labels (Pan et al. 2021).
MVP_CLASSES = (
    "airplane", "cabinet", "car", "chair", "lamp", "sofa", "table", "watercraft", "bed", "bench",
    "bookshelf", "bus", "guitar", "motorbike", "pistol", "skateboard",
)  # fmt: skip
# Columns of a manifest: the sphere that a shape was placed in, in the unit of its file.
FRAME = ("centre_x", "centre_y", "centre_z", "scale")
MVP_VIEWS = 26  # partial clouds, one after another, of each complete one
MESH_FILES = (".off", ".obj", ".ply")
_LISTS = {"train": "train.lst", "val": "val.lst", "test": "test.lst"}


def complete_id(shape_id: str) -> str:
    """The id of the complete shape that a partial cloud is of; a complete shape's own.

    >>> complete_id("chair/train/7~12"), complete_id("chair/train/7")
    ('chair/train/7', 'chair/train/7')
    """
    return re.sub(r"~\d+$", "", shape_id)


class MvpFiles(NamedTuple):
    """The files of one split of MVP; the newer layout has both clouds in one."""

    split: str
    complete: Path
    partial: Path


def mvp_files(root: str | Path) -> list[MvpFiles]:
    """The files of MVP: `MVP_{Train,Test}_CP.h5`, or `mvp_{train,test}_{input,gt_2048pts}.h5`.

    Raises:
        InputError: there are none, or partial clouds are missing.
    """
    root, found = existing_folder(root), []
    for split in ("train", "test"):
        both = root / f"MVP_{split.title()}_CP.h5"
        older = MvpFiles(split, root / f"mvp_{split}_gt_2048pts.h5", root / f"mvp_{split}_input.h5")
        if both.exists():
            found.append(MvpFiles(split, both, both))
        elif older.complete.exists():
            if not older.partial.exists():
                raise InputError(f"{older.partial} is missing: it has the partial clouds")
            found.append(older)
    if not found:
        raise InputError(f"{root} holds no MVP_Train_CP.h5 or mvp_train_gt_2048pts.h5: check it")
    return found


def list_mvp(root: str | Path) -> Listing:
    """Lists the complete clouds of MVP by `<class>/<split>/<row>`.

    Clouds whose label names no class, or whose partial clouds have another, are set aside.

    Raises:
        InputError: files are missing, unreadable or not as described; see `mvp_files`.
    """
    sources, rejected = [], []
    for split, complete, partial in mvp_files(root):
        for row, labels in enumerate(_mvp_labels(complete, partial)):
            label, name = int(labels[0]), f"{split}/{row:05d}"
            if len(set(labels)) > 1 or not 0 <= label < len(MVP_CLASSES):
                reason = (
                    f"its labels are {', '.join(map(str, sorted(set(labels))))}: one of 0 to "
                    f"{len(MVP_CLASSES) - 1} is expected"
                )
                rejected.append(Rejected(name, f"{complete}[{row}]", reason))
                continue
            class_name = MVP_CLASSES[label]
            sources.append(Source(f"{class_name}/{name}", class_name, split, str(complete), row))
    return Listing(sorted(sources, key=lambda s: s.shape_id), rejected, 0)


def _mvp_labels(complete: Path, partial: Path) -> list[list[int]]:
    """Of each complete cloud its label, or all those of its partial clouds."""
    import h5py

    try:
        with h5py.File(complete, "r") as h5, h5py.File(partial, "r") as input_h5:
            whole, parts = h5["complete_pcds"].shape, input_h5["incomplete_pcds"].shape
            labels = h5["labels"][:].reshape(-1).astype(int).tolist()
    except Exception as error:  # h5py raises all sorts of things on corrupt files
        message = " ".join(str(error).split())
        raise InputError(f"{complete} cannot be read ({message}): download it again") from error
    each = len(labels) // max(whole[0], 1)
    if parts[0] != MVP_VIEWS * whole[0] or each not in (1, MVP_VIEWS) or len(labels) % whole[0]:
        raise InputError(
            f"{complete}: {whole[0]} complete clouds, {parts[0]} partial ones and {len(labels)} "
            f"labels; expected {MVP_VIEWS} partial clouds for each complete one, and a label each"
        )
    return [labels[i : i + each] for i in range(0, len(labels), each)]


def list_pairs(root: str | Path, test_fraction: float | None = None, seed: int = 0) -> Listing:
    """Lists the complete clouds of `complete/`, beside which `partial/` has files of those names.

    Both folders have one of the layouts of `sources.list_folder`. Shapes without a partial cloud
    are set aside, and so are partial clouds without a complete one.

    Raises:
        InputError: as `sources.list_folder`; or no names agree.
    """
    root = existing_folder(root)
    listing = list_folder(root / "complete", test_fraction, seed)
    partial = {file.shape_id: file.path for file in _partial_files(root)}
    both = [source for source in listing.sources if source.shape_id in partial]
    if not both:
        raise InputError(
            f"{root}: of {len(listing.sources)} files in complete/ and {len(partial)} in partial/ "
            "no two have the same name: name each partial cloud as its complete one"
        )
    rejected = list(listing.rejected)
    for source in listing.sources:
        if source.shape_id not in partial:
            reason = f"no file of this name in {root / 'partial'}: add its partial cloud"
            rejected.append(Rejected(source.shape_id, source.path, reason))
    for name in sorted(set(partial) - {source.shape_id for source in listing.sources}):
        reason = f"no file of this name in {root / 'complete'}: add its complete cloud"
        rejected.append(Rejected(name, partial[name], reason))
    return Listing(both, rejected, listing.ignored)


def _partial_files(root: Path):
    return scan_folder(existing_folder(root / "partial"), EXTENSIONS).files


def list_occupancy_networks(root: str | Path) -> Listing:
    """Lists ShapeNet as Occupancy Networks has it: `<class>/<id>/pointcloud.npz`.

    `<class>/{train,val,test}.lst` give the splits; the watertight mesh is the one mesh file in the
    shape's folder, or `<class>/4_watertight_scaled/<id>.off`. Ids are `<class>/<id>`. Shapes with
    neither cloud nor mesh are set aside, and shapes that stand in a second list.

    Raises:
        InputError: no folder has such lists.
    """
    root = existing_folder(root)
    folders = [path for path in (root, *sorted(root.iterdir())) if (path / "train.lst").is_file()]
    if not folders:
        raise InputError(
            f"{root} holds no <class>/train.lst: set root to the folder of the classes"
        )
    sources: dict[str, Source] = {}
    rejected = []
    for folder in folders:
        for split, file in _LISTS.items():
            for name in read_lines(folder / file) if (folder / file).exists() else []:
                shape_id = f"{folder.name}/{name}"
                cloud, mesh = folder / name / "pointcloud.npz", _mesh_of(folder, name)
                if shape_id in sources:
                    reason = (
                        f"the {sources[shape_id].split} split has it too: take it from one list"
                    )
                elif not cloud.exists() and mesh is None:
                    reason = "has neither pointcloud.npz nor a mesh: restore it"
                else:
                    path, whole = (cloud, mesh) if cloud.exists() else (mesh, None)
                    sources[shape_id] = Source(
                        shape_id, folder.name, split, str(path), whole=str(whole or "")
                    )
                    continue
                rejected.append(Rejected(shape_id, f"{folder / file}", reason))
    return Listing(sorted(sources.values(), key=lambda s: s.shape_id), rejected, 0)


def _mesh_of(folder: Path, name: str) -> Path | None:
    scaled = folder / "4_watertight_scaled" / f"{name}.off"
    own = folder / name
    found = [p for p in sorted(own.iterdir()) if p.suffix in MESH_FILES] if own.is_dir() else []
    return scaled if scaled.exists() else found[0] if found else None


def partial_sources(
    reader: str, root: str | Path, sources: Sequence[Source], views: int
) -> Iterator[Source]:
    """The partial clouds of complete shapes: those that the reader has, or `views` to be made.

    Where they are made each is read from its complete shape; otherwise `whole` says where that is.
    """
    if reader == "mvp":
        partial = {str(files.complete): str(files.partial) for files in mvp_files(root)}
    if reader == "pairs":
        files = {file.shape_id: file.path for file in _partial_files(Path(root))}
    for source in sources:
        for k in range({"mvp": MVP_VIEWS, "pairs": 1}.get(reader, views)):
            view = replace(source, shape_id=f"{source.shape_id}~{k:02d}")
            if reader == "mvp":
                row = MVP_VIEWS * source.row + k
                view = replace(view, path=partial[source.path], row=row, whole=source.path)
            elif reader == "pairs":
                view = replace(view, path=files[source.shape_id], whole=source.path)
            yield view
