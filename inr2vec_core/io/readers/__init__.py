"""The geometry of one shape, read from its file. Nothing is ever unpickled.

A file that cannot be read raises `BadShape` with the reason, so that one bad file sets one shape
aside.
"""

from collections.abc import Callable
from pathlib import Path

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud, Grid, Mesh
from inr2vec_core.io.readers.arrays import read_npy, read_npz
from inr2vec_core.io.readers.meshes import read_glb, read_obj, read_off, read_ply, read_stl
from inr2vec_core.io.readers.pcd import read_pcd
from inr2vec_core.io.readers.reasons import reasons_of
from inr2vec_core.io.readers.voxel_grids import read_binvox, read_h5_grid
from inr2vec_core.io.readers.xyz import read_xyz


def read_geometry(path: str | Path) -> Cloud | Mesh | Grid:
    """Read an off, obj, stl or glb mesh, a pcd or xyz cloud, or a binvox or h5 grid.

    A ply is a mesh or a cloud; an npy or npz array is a cloud if it has two dimensions, a grid if
    it has three. Scenes of several meshes become one mesh; polygons become triangles.

    Args:
        path: the file; its extension says how it is read.

    Returns:
        The geometry in the file's unit.

    Raises:
        BadShape: the file is missing, empty, cut short or unreadable, or holds no faces, no
            points, no voxels, or coordinates that are not finite.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise BadShape(f"{path}: no reader for {path.suffix or 'files without extension'}")
    with reasons_of(path):
        geometry = reader(path)
        geometry.check_finite()
    return geometry


_READERS: dict[str, Callable[[Path], Cloud | Mesh | Grid]] = {
    ".binvox": read_binvox,
    ".glb": read_glb,
    ".h5": read_h5_grid,
    ".hdf5": read_h5_grid,
    ".npy": read_npy,
    ".npz": read_npz,
    ".obj": read_obj,
    ".off": read_off,
    ".pcd": read_pcd,
    ".ply": read_ply,
    ".stl": read_stl,
    ".xyz": read_xyz,
}
