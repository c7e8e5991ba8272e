"""The MVP completion benchmark (Pan et al. 2021)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord, existing_folder

# In the order of MVP's labels (Pan et al. 2021).
MVP_CLASSES = (
    "airplane", "cabinet", "car", "chair", "lamp", "sofa", "table", "watercraft", "bed", "bench",
    "bookshelf", "bus", "guitar", "motorbike", "pistol", "skateboard",
)  # fmt: skip


MVP_VIEWS = 26  # partial clouds, one after another, of each complete one


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


def list_mvp(root: str | Path) -> Catalog:
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
            sources.append(
                ShapeRecord(f"{class_name}/{name}", class_name, split, str(complete), row)
            )
    return Catalog(sorted(sources, key=lambda s: s.shape_id), rejected, 0)


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
