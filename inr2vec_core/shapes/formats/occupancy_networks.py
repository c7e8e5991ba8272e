"""ShapeNet as Occupancy Networks (Mescheder et al. 2019) distributes it."""

from __future__ import annotations

import os
from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord
from inr2vec_core.shapes.formats._base import ShapeFormat
from inr2vec_core.shapes.formats._files import (
    broken_links,
    existing_folder,
    read_lines,
    visible_entries,
)
from inr2vec_core.shapes.splits import SPLITS
from inr2vec_core.utils.files import is_missing

MESH_EXTENSIONS = (".off", ".obj", ".ply")
LONGEST_NAME = 255  # bytes


class Format(ShapeFormat):
    """Clouds `<class>/<id>/pointcloud.npz` and the watertight meshes that they were drawn on.

    The mesh is the one mesh file in the shape's folder, or `<class>/4_watertight_scaled/<id>.off`.
    `<class>/{train,val,test}.lst` name the shapes of each split. Ids are `<class>/<id>`.
    """

    def catalog(self) -> Catalog:
        """List the shapes.

        Shapes with neither cloud nor mesh are set aside, and shapes that a second list names.

        Raises:
            InputError: no folder has such lists.
        """
        root = existing_folder(self.root)
        entries = visible_entries(root)
        classes = [
            path
            for path in (root, *(Path(entry.path) for entry in entries))
            if any(not is_missing(path / f"{split}.lst") for split in SPLITS)
        ]
        if not classes:
            raise InputError(
                f"{root} holds no <class>/train.lst: set root to the folder of the classes"
            )
        records: dict[str, ShapeRecord] = {}
        rejected = broken_links(entries)
        for folder in classes:
            for split in SPLITS:
                names = folder / f"{split}.lst"
                for name in read_lines(names) if not is_missing(names) else []:
                    shape_id = f"{folder.name}/{name}"
                    if len(os.fsencode(name)) > LONGEST_NAME:
                        reason = f"no name is longer than {LONGEST_NAME} bytes: mend the list"
                        rejected.append(Rejected(shape_id, str(names), reason))
                        continue
                    cloud, mesh = folder / name / "pointcloud.npz", _mesh_of(folder, name)
                    if shape_id in records:
                        first = records[shape_id].split
                        reason = f"the {first} split has it too: take it from one list"
                        rejected.append(Rejected(shape_id, str(names), reason))
                    elif is_missing(cloud) and mesh is None:
                        reason = "has neither pointcloud.npz nor a mesh: restore it"
                        rejected.append(Rejected(shape_id, str(names), reason))
                    else:
                        path, complete = (mesh, "") if is_missing(cloud) else (cloud, mesh or "")
                        records[shape_id] = ShapeRecord(
                            shape_id, folder.name, split, str(path), complete_path=str(complete)
                        )
        return Catalog(sorted(records.values(), key=lambda r: r.shape_id), rejected, 0)


def _mesh_of(folder: Path, name: str) -> Path | None:
    scaled = folder / "4_watertight_scaled" / f"{name}.off"
    if not is_missing(scaled):
        return scaled
    own = folder / name
    files = visible_entries(own) if own.is_dir() and os.access(own, os.R_OK) else []
    meshes = (Path(file.path) for file in files if Path(file.name).suffix in MESH_EXTENSIONS)
    return next(meshes, None)
