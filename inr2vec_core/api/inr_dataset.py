"""INRs of a workflow's run as a data set of torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import Shape, ShapeVisitor
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.sharded_dataset import ShardedShapes


class InrDataset(Dataset):
    """The weights, labels and perhaps shapes of INRs, read from shards when they are asked for.

    An item is a dictionary: `weights` (n_parameters,) float32, `label` an int, `shape_id` a text;
    with shapes also `points` (n, 3) float32, `grid` (R, R, R) bool, or `vertices` (V, 3) float32
    and `faces` (F, 3) int32, whose sizes differ, so that a loader of meshes needs a `collate_fn`.
    Nothing is held in memory; a batch is read at once. Workers of a `DataLoader` may have it.

    >>> data = InrDataset("results/demo_clouds", inr="few", splits=["train"])  # doctest: +SKIP
    >>> loader = DataLoader(data, batch_size=16, shuffle=True, num_workers=4)  # doctest: +SKIP

    Args:
        folder: a data set's folder of results, with `inrs/<inr>/*.h5` and `shapes/*.h5`; or one
            file that `Inrs.save` wrote.
        inr: the entry of the INRs; may be left out where there is one.
        splits: "train", "val" and "test", those to keep; all by default.
        copies: whether to keep INRs of augmented copies.
        shapes: whether items have the shapes.

    Attributes:
        classes: the names of the classes of all splits, sorted; labels are their numbers.
        labels: (n,) int64.
        shape_ids: (n,) names of the shapes.
        splits: (n,) their splits.
        spec: what the INRs have in common.

    Raises:
        InputError: there are no such shards, they are damaged or do not belong together, or no INR
            is of these splits.
    """

    def __init__(
        self,
        folder: str | Path,
        inr: str | None = None,
        splits: Sequence[str] | None = None,
        copies: bool = True,
        shapes: bool = False,
    ):
        inr_files, shape_files = _files(Path(folder), inr, shapes)
        self.spec = InrSpec.of_all(inr_files)
        every = ShardedShapes(inr_files, shape_files, None, copies)
        self.classes = sorted(set(every.class_name))
        kept = [i for i, split in enumerate(every.split) if splits is None or split in splits]
        if not kept:
            raise InputError(f"{folder} has no INR of {splits}: it has {sorted(set(every.split))}")
        self._data = every.subset(kept)
        self._columns = ("weights", "shapes") if shapes else ("weights",)
        self.labels = np.array([self.classes.index(name) for name in self._data.class_name])
        self.shape_ids, self.splits = self._data.shape_id, self._data.split

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, i: int) -> dict[str, Any]:
        """One INR.

        Raises:
            IndexError: there is no such INR.
        """
        return self.__getitems__([range(len(self))[i]])[0]

    def __getitems__(self, index: Sequence[int]) -> list[dict[str, Any]]:
        """Several INRs, which a `DataLoader` reads so; numbers from 0 on."""
        columns = self._data.read(np.asarray(index, int), self._columns)
        items = [
            {"weights": torch.from_numpy(flat), "label": int(self.labels[i])}
            | {"shape_id": self.shape_ids[i]}
            for i, flat in zip(index, columns["weights"], strict=True)
        ]  # fmt: skip
        for item, shape in zip(items, columns.get("shapes", ()), strict=False):
            item |= _tensors(shape)
        return items


def _files(folder: Path, inr: str | None, shapes: bool) -> tuple[list[Path], list[Path] | None]:
    """The shards of INRs, and those of their shapes where they are asked for."""
    if folder.is_file():
        return [folder], [folder] if shapes else None
    entries = sorted(path.name for path in folder.glob("inrs/*") if path.is_dir())
    if inr is None and len(entries) == 1:
        inr = entries[0]
    files = [] if inr is None else sorted(folder.glob(f"inrs/{inr}/*.h5"), key=_number)
    if not files:
        asked = "no inrs/<inr>/*.h5" if inr is None else f"no inrs/{inr}/*.h5"
        there = ", ".join(entries) or "none"
        raise InputError(f"{folder} has {asked}: choose inr of those there are ({there})")
    return files, [folder / "shapes" / file.name for file in files] if shapes else None


def _number(path: Path) -> tuple[int, str]:
    return (int(path.stem), "") if path.stem.isdecimal() else (-1, path.stem)


def _tensors(shape: Shape) -> dict[str, torch.Tensor]:
    return shape.accept(_Tensors())


class _Tensors(ShapeVisitor):
    def visit_points(self, points: np.ndarray) -> dict[str, torch.Tensor]:
        return {"points": torch.from_numpy(points)}

    def visit_triangles(self, vertices: np.ndarray, faces: np.ndarray) -> dict[str, torch.Tensor]:
        return {"vertices": torch.from_numpy(vertices), "faces": torch.from_numpy(faces)}

    def visit_voxels(self, grid: np.ndarray) -> dict[str, torch.Tensor]:
        return {"grid": torch.from_numpy(grid)}
