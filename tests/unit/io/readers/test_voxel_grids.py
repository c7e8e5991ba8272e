"""Reading voxel grids, whole and bad, through the reader of all geometry."""

import h5py
import numpy as np
import pytest
import trimesh

from inr2vec_core.geometry.raw import Cloud, Grid
from inr2vec_core.io.readers import read_geometry
from inr2vec_core.shapes.formats.folder import EXTENSIONS
from unit.io.readers.helpers import bad

GRID = np.random.default_rng(0).random((3, 4, 5)) < 0.4
KINDS = ["binvox", "h5", "hdf5", "npy", "npz"]


def write_binvox(file, grid):
    """Runs of a file as its specification has them: y fastest, then z, then x."""
    x, y, z = grid.shape
    values = [grid[i, k, j] for i in range(x) for j in range(z) for k in range(y)]
    runs = []
    for value in values:
        if runs and runs[-1][0] == value and runs[-1][1] < 255:
            runs[-1][1] += 1
        else:
            runs.append([int(value), 1])
    head = f"#binvox 1\ndim {x} {z} {y}\ntranslate -0.5 0 0.5\nscale 2\ndata\n"
    file.write_bytes(head.encode() + bytes(np.array(runs, np.uint8).reshape(-1)))
    return file


def write_grid(folder, kind, grid=GRID):
    file = folder / f"grid.{kind}"
    if kind == "binvox":
        return write_binvox(file, grid)
    if kind == "npy":
        np.save(file, grid)
    elif kind == "npz":
        np.savez_compressed(file, grid=grid)
    else:
        with h5py.File(file, "w") as h5:
            h5["grid"] = grid
    return file


def write_h5(file, **datasets):
    with h5py.File(file, "w") as h5:
        for name, data in datasets.items():
            h5[name] = data
    return file


def write_npz(file, **arrays):
    np.savez(file, **arrays)
    return file


# ---------------------------------------------------------------------------- whole files


@pytest.mark.parametrize("kind", KINDS)
def test_grid_is_the_same_in_every_format(tmp_path, kind):
    geometry = read_geometry(write_grid(tmp_path, kind))
    assert isinstance(geometry, Grid)
    assert geometry.values.dtype == bool
    np.testing.assert_array_equal(geometry.values, GRID)
    assert f".{kind}" in EXTENSIONS


@pytest.mark.parametrize("kind", ["h5", "npy", "npz"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_values_are_left_as_they_are(tmp_path, kind, dtype):
    grid = (GRID * 100).astype(dtype)
    values = read_geometry(write_grid(tmp_path, kind, grid)).values
    assert values.dtype == dtype
    np.testing.assert_array_equal(values, grid)


def test_nan_is_left_for_the_grid_to_be_placed(tmp_path):
    assert np.isnan(
        read_geometry(write_grid(tmp_path, "npy", np.full((2, 2, 2), np.nan))).values
    ).all()


def test_binvox_written_by_hand(tmp_path):
    # One column along y at x = 0, z = 1, and one voxel at x = 1, y = 0, z = 1, of 2 x 2 x 2.
    file = tmp_path / "a.binvox"
    head = b"#binvox 1\ndim 2 2 2\ntranslate 0 0 0\nscale 1\ndata\n"
    file.write_bytes(head + bytes([0, 2, 1, 2, 0, 2, 1, 1, 0, 1]))
    assert np.argwhere(read_geometry(file).values).tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1]]


def test_binvox_of_trimesh(tmp_path):
    grid = np.random.default_rng(0).random((6, 6, 6)) < 0.4
    trimesh.voxel.VoxelGrid(grid).export(str(tmp_path / "a.binvox"))
    np.testing.assert_array_equal(read_geometry(tmp_path / "a.binvox").values, grid)


def test_array_of_two_dimensions_is_a_cloud(tmp_path):
    points = np.random.default_rng(0).normal(size=(7, 3))
    cloud = read_geometry(write_npz(tmp_path / "a.npz", points=points, normals=points, n=7))
    assert isinstance(cloud, Cloud)
    np.testing.assert_array_equal(cloud.points, points)
    bad(write_npz(tmp_path / "a.npz", points=points * np.nan), "7 of 7 points have NaN")


@pytest.mark.parametrize("shape, said", [
    ((3, 40), r"holds a \(3, 40\) array: fewer points than columns; \(N, 3\) is wanted"),
    ((6, 40), r"holds a \(6, 40\) array: .*save its transpose"),
    ((1, 40, 3), r"holds a \(1, 40, 3\) array of coordinates: a batch of clouds"),
    ((5, 40, 3), r"a batch of clouds, not a voxel grid; .* as \(N, 3\)"),
    ((1, 3, 40), "a batch of clouds"), ((40, 1, 3), "a batch of clouds"),
])  # fmt: skip
@pytest.mark.parametrize("kind", [".npy", ".npz"])
def test_clouds_laid_out_in_another_way_are_told(tmp_path, kind, shape, said):
    points = np.random.default_rng(0).normal(size=shape)
    file = tmp_path / f"a{kind}"
    np.save(file, points) if kind == ".npy" else write_npz(file, points=points)
    bad(file, said)


@pytest.mark.parametrize("shape", [(3, 3, 3), (1, 8, 8), (5, 4, 3)])
def test_thin_grids_of_floats_stay_grids(tmp_path, shape):
    values = (np.random.default_rng(0).random(shape) < 0.5).astype(np.float32)
    np.save(tmp_path / "a.npy", values)
    np.testing.assert_array_equal(read_geometry(tmp_path / "a.npy").values, values)


@pytest.mark.parametrize("name", ["voxels", "occupancies", "points"])
def test_npz_of_several_arrays_names_its_grid(tmp_path, name):
    file = write_npz(tmp_path / "a.npz", **{name: GRID, "a": np.ones(3), "z": GRID[:2]})
    np.testing.assert_array_equal(read_geometry(file).values, GRID)


def test_h5_of_several_data_sets(tmp_path):
    for others in ({"label": 3, "edges": np.ones((4, 4))}, {"voxels": GRID, "other": GRID[:2]}):
        file = write_h5(tmp_path / "a.h5", **{"grid": GRID} | others)
        np.testing.assert_array_equal(read_geometry(file).values, GRID)


# ---------------------------------------------------------------------------- bad files


@pytest.mark.parametrize("share", [0.99, 0.9, 0.5, 0.1])
@pytest.mark.parametrize("kind", KINDS)
def test_truncated_grid_is_set_aside(tmp_path, kind, share):
    file = write_grid(tmp_path, kind)
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    bad(file)


@pytest.mark.parametrize("kind", KINDS)
def test_empty_file_and_noise_are_set_aside(tmp_path, kind):
    file = tmp_path / f"a.{kind}"
    file.write_bytes(b"")
    bad(file, "the file is empty")
    file.write_bytes(np.random.default_rng(0).bytes(2000))
    bad(file)


BINVOX = b"#binvox 1\ndim 2 2 2\ndata\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BINVOX + bytes([1, 7]), "truncated: 7 of the 8 voxels"),
        (BINVOX + bytes([1, 7, 0]), "truncated: 7 of the 8 voxels"),
        (BINVOX + bytes([1, 7, 0, 2]), "has more than the 8 voxels"),
        (BINVOX, "truncated: 0 of the 8 voxels"),
        (BINVOX + bytes([2, 8]), "a run of voxels has the value 2"),
        (BINVOX[:-1], "no binvox header, or one cut short"),
        (b"#other 1\ndim 2 2 2\ndata\n" + bytes([1, 8]), "no binvox header"),
        (b"#binvox 1\ndim 2 2\ndata\n" + bytes([1, 4]), "has no line 'dim X Z Y'"),
        (b"#binvox 1\ndim 9999 2 2\ndata\n", "declares 9999 x 2 x 2 voxels"),
        (b"#binvox 1\ndim 0 2 2\ndata\n", "declares 0 x 2 x 2 voxels"),
    ],
)
def test_binvox_that_does_not_add_up_is_set_aside(tmp_path, content, reason):
    file = tmp_path / "a.binvox"
    file.write_bytes(content)
    bad(file, reason)


def test_npz_without_a_shape_is_set_aside(tmp_path):
    file = tmp_path / "a.npz"
    bad(write_npz(file, a=GRID, b=GRID), "holds a, b: keep one array, or name just one of them vox")
    bad(write_npz(file, points=GRID, voxels=GRID), "holds points, voxels: keep one")
    bad(write_npz(file), "holds no arrays")
    bad(write_npz(file, a=np.ones(4)), r"holds a \(4,\) float64 array; expected \(N, 3\) floats")
    bad(write_npz(file, a=np.ones((4, 3), int)), r"holds a \(4, 3\) int64 array")
    bad(write_npz(file, a=np.zeros((0, 3, 3))), r"holds a \(0, 3, 3\) float64 array")


def test_h5_without_a_grid_is_set_aside(tmp_path):
    file = tmp_path / "a.h5"
    bad(write_h5(file), "holds 0 data sets of 3 dimensions among nothing")
    bad(write_h5(file, a=GRID, b=GRID), "holds 2 data sets of 3 dimensions among a, b")
    bad(write_h5(file, voxels=np.ones(4), a=GRID), "holds 0 data sets .*: name the grid voxels")
    bad(write_h5(file, **{"voxels/x": GRID}), "holds 0 data sets")
    bad(write_h5(file, a=np.full((2, 2, 2), b"text")), r"holds a \(2, 2, 2\) \|S4 array")


def test_arrays_of_objects_are_not_unpickled(tmp_path):
    class Bomb:
        def __reduce__(self):
            return pytest.fail, ("unpickled",)

    bombs = np.full((2, 2, 2), None)
    bombs[0, 0, 0] = Bomb()
    for kind in ("npy", "npz"):
        bad(write_grid(tmp_path, kind, bombs), "holds Python objects")
