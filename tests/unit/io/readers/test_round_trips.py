"""What other libraries write of any mesh, cloud or grid is read back as it was."""

import io
from pathlib import Path

import h5py
import numpy as np
import open3d as o3d
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inr2vec_core.geometry.raw import Cloud, Grid, Mesh
from inr2vec_core.io.readers import read_geometry

# The same examples at every run.
some = settings(
    max_examples=15, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
single = st.floats(-1e6, 1e6, width=32)
double = st.floats(-1e12, 1e12)


def arrays(rows, elements, columns=3):
    return st.lists(
        st.tuples(*[elements] * columns), min_size=rows[0], max_size=rows[1], unique=True
    ).map(lambda drawn: np.array(drawn, np.float64))


@st.composite
def meshes(draw, elements=double):
    """Different vertices, all of which some face has."""
    vertices = draw(arrays((3, 12), elements))
    n = len(vertices)
    order = draw(st.permutations(range(n)))
    more = draw(st.lists(st.lists(st.integers(0, n - 1), min_size=3, max_size=3, unique=True)))
    faces = [[order[i], order[(i + 1) % n], order[(i + 2) % n]] for i in range(n)]
    return Mesh(vertices + 0.0, np.array(faces + more, np.int64))


grids = st.tuples(*[st.integers(1, 6)] * 3).flatmap(
    lambda shape: st.integers(0, 2**32).map(
        lambda seed: np.random.default_rng(seed).random(shape) < 0.5
    )
)


def written(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def text_of(mesh: Mesh, kind: str) -> str:
    points = [" ".join(map(repr, map(float, row))) for row in mesh.vertices]
    if kind == ".off":
        rows = ["3 " + " ".join(map(str, row)) for row in mesh.faces]
        return "\n".join(["OFF", f"{len(points)} {len(rows)} 0", *points, *rows])
    rows = ["f " + " ".join(map(str, row + 1)) for row in mesh.faces]
    return "\n".join([*("v " + point for point in points), *rows])


def triangles(mesh: Mesh) -> np.ndarray:
    return mesh.vertices[mesh.faces]


@pytest.mark.parametrize("kind", [".off", ".obj"])
@some
@given(mesh=meshes())
def test_text_meshes_keep_every_digit(tmp_path, kind, mesh):
    read = read_geometry(written(tmp_path / f"a{kind}", text_of(mesh, kind)))
    np.testing.assert_array_equal(triangles(read), triangles(mesh))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("stl", {}),
        ("glb", {}),
        ("ply", {"encoding": "binary_little_endian"}),
        ("ply", {"encoding": "ascii"}),
    ],
)
@some
@given(mesh=meshes(single))
def test_meshes_of_single_precision(tmp_path, kind, options, mesh):
    solid = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    data = solid.export(file_type=kind, **options)
    read = read_geometry(written(tmp_path / f"a.{kind}", data))
    expected = triangles(mesh)
    if options.get("encoding") == "ascii":  # trimesh writes eight digits behind the point
        np.testing.assert_allclose(triangles(read), expected, rtol=1e-6, atol=1e-7)
    else:
        np.testing.assert_array_equal(triangles(read), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [".npy", ".npz", ".xyz"])
@some
@given(points=arrays((1, 12), single))
def test_clouds(tmp_path, kind, dtype, points):
    file = io.BytesIO()
    if kind == ".xyz":
        np.savetxt(file, points.astype(dtype), "%.17g")
    else:
        np.save(file, points.astype(dtype)) if kind == ".npy" else np.savez(file, points)
    read = read_geometry(written(tmp_path / f"a{kind}", file.getvalue()))
    assert isinstance(read, Cloud)
    np.testing.assert_array_equal(read.points, points)


@pytest.mark.parametrize("options", [{}, {"compressed": True}, {"write_ascii": True}])
@some
@given(points=arrays((1, 12), st.floats(-1000, 1000, width=16)))
def test_pcd_clouds(tmp_path, options, points):
    path = tmp_path / "a.pcd"
    o3d.io.write_point_cloud(
        str(path), o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points)), **options
    )
    np.testing.assert_allclose(read_geometry(path).points, points, rtol=1e-6)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
@pytest.mark.parametrize("kind", [".npy", ".npz", ".h5"])
@some
@given(grid=grids)
def test_grids(tmp_path, kind, dtype, grid):
    path, grid = tmp_path / f"a{kind}", grid.astype(dtype)
    if kind == ".h5":
        with h5py.File(path, "w") as h5:
            h5["voxels"] = grid
    else:
        np.save(path, grid) if kind == ".npy" else np.savez_compressed(path, voxels=grid)
    read = read_geometry(path)
    assert isinstance(read, Grid) and read.values.dtype == dtype
    np.testing.assert_array_equal(read.values, grid)


@some
@given(grid=grids)
def test_binvox_grids(tmp_path, grid):
    x, y, z = grid.shape
    flat = grid.transpose(0, 2, 1).reshape(-1)
    runs = b"".join(bytes([int(voxel), 1]) for voxel in flat)
    header = f"#binvox 1\ndim {x} {z} {y}\ndata\n".encode()
    np.testing.assert_array_equal(
        read_geometry(written(tmp_path / "a.binvox", header + runs)).values, grid
    )
