"""ShapeNet as Occupancy Networks (Mescheder et al. 2019) distributes it."""

from __future__ import annotations

from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord, existing_folder
from inr2vec_core.shapes.formats.modelnet_h5 import read_lines

MESH_FILES = (".off", ".obj", ".ply")


_LISTS = {"train": "train.lst", "val": "val.lst", "test": "test.lst"}


def list_occupancy_networks(root: str | Path) -> Catalog:
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
    sources: dict[str, ShapeRecord] = {}
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
                    sources[shape_id] = ShapeRecord(
                        shape_id, folder.name, split, str(path), whole=str(whole or "")
                    )
                    continue
                rejected.append(Rejected(shape_id, f"{folder / file}", reason))
    return Catalog(sorted(sources.values(), key=lambda s: s.shape_id), rejected, 0)


def _mesh_of(folder: Path, name: str) -> Path | None:
    scaled = folder / "4_watertight_scaled" / f"{name}.off"
    own = folder / name
    found = [p for p in sorted(own.iterdir()) if p.suffix in MESH_FILES] if own.is_dir() else []
    return scaled if scaled.exists() else found[0] if found else None
