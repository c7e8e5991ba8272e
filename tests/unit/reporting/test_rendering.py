"""Pictures of shapes show what is there, from the eye that all shapes share."""

import numpy as np
import pytest
import trimesh

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.geometry.voxels import exposed_faces
from inr2vec_core.reporting.rendering import CAMERA, is_empty, render

SIZE = 96
RIGHT, UP, SIGHT = CAMERA
NONE = [
    None,
    CloudShape(np.empty((0, 3), np.float32)),
    MeshShape(np.empty((0, 3), np.float32), np.empty((0, 3), np.int32)),
    VoxelShape(np.zeros((4, 4, 4), bool)),
]


def ball(radius=0.8, center=(0, 0, 0), flip=False):
    mesh = trimesh.creation.icosphere(4, radius)
    faces = mesh.faces[:, ::-1] if flip else mesh.faces
    return MeshShape(np.float32(mesh.vertices + center), np.int32(faces))


def joined(*meshes):
    starts = np.cumsum([0, *(len(m.vertices) for m in meshes)])
    return MeshShape(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.faces + s for m, s in zip(meshes, starts, strict=False)]),
    )


def cubes(*cells, resolution=8):
    grid = np.zeros((resolution,) * 3, bool)
    grid[tuple(np.transpose(cells))] = True
    return VoxelShape(grid)


def shown(picture):
    return (picture < 255).any(2)


def middle(picture):
    """Of what is shown: to the right and up, in the shape's unit."""
    row, column = np.argwhere(shown(picture)).mean(0) + 0.5
    return np.array([column / SIZE * 2 - 1, 1 - row / SIZE * 2]) * 1.05


def at(picture, place):
    """Brightness of the pixel in which a place of the scene lies."""
    x, y, _ = CAMERA @ place / 1.05
    return picture[int((1 - y) / 2 * SIZE), int((x + 1) / 2 * SIZE)].astype(int).sum()


@pytest.mark.parametrize("shape", NONE)
def test_nothing_is_a_white_picture(shape):
    assert is_empty(shape)
    picture = render(shape, SIZE)
    assert picture.shape == (SIZE, SIZE, 3) and picture.dtype == np.uint8
    assert (picture == 255).all()


def test_the_camera_is_upright_and_looks_from_above():
    np.testing.assert_allclose(CAMERA @ CAMERA.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(np.cross(RIGHT, UP), SIGHT, atol=1e-12)
    assert RIGHT[1] == 0 and UP[1] > 0.9 and SIGHT[1] > 0.3


def test_a_ball_covers_its_disc():
    area = shown(render(ball(), SIZE)).mean() * 2.1**2
    assert area == pytest.approx(np.pi * 0.8**2, rel=0.05)  # pixels on the rim count whole


@pytest.mark.parametrize("axis", range(3))
def test_all_forms_stand_in_the_same_place(axis):
    cell = np.full(3, 3)
    cell[axis] = 6
    center = (cell + 0.5) / 4 - 1
    expected = CAMERA[:2] @ center
    for shape in (cubes(cell), ball(0.1, center), CloudShape(center[None])):
        np.testing.assert_allclose(middle(render(shape, SIZE)), expected, atol=0.02)


def test_the_unit_sphere_fits():
    whole = shown(render(ball(1.0), SIZE))
    assert not (whole[[0, -1]].any() or whole[:, [0, -1]].any())
    around = np.linspace(0, 2 * np.pi, 100)[:, None]
    cloud = CloudShape(np.cos(around) * RIGHT + np.sin(around) * UP)
    rim = shown(render(cloud, SIZE))
    assert not (rim[[0, -1]].any() or rim[:, [0, -1]].any())


def test_light_comes_from_above_and_faces_may_be_turned_inside_out():
    picture = render(ball(), SIZE).astype(int).sum(2)
    assert picture[SIZE // 4, SIZE // 2] > 1.2 * picture[3 * SIZE // 4, SIZE // 2]
    inside_out = render(ball(flip=True), SIZE).astype(int).sum(2)
    assert np.abs(inside_out - picture).max() <= 3


def test_smooth_surfaces_are_shaded_smoothly_and_edges_stay():
    coarse = trimesh.creation.icosphere(2, 0.8)
    row = render(MeshShape(np.float32(coarse.vertices), np.int32(coarse.faces)), SIZE)
    row = row[SIZE // 2, 20:-20].astype(int).sum(1)
    assert np.abs(np.diff(row)).max() < 20  # facets would jump
    box = trimesh.creation.box((1, 1, 1))
    picture = render(MeshShape(np.float32(box.vertices), np.int32(box.faces)), SIZE)
    on_top = [at(picture, (x, 0.5, z)) for x in (-0.4, 0, 0.4) for z in (-0.4, 0, 0.4)]
    assert np.ptp(on_top) < 12  # were corners rounded, it would be dozens
    assert at(picture, (0, 0.4, 0.5)) < on_top[0] - 40  # another side, another tone


def test_a_surface_in_the_shadow_is_darker():
    # Only the lower ball's top is asked; the upper one floats where the key light comes from.
    low, lamp = ball(0.4, (0, -0.4, 0)), np.array([-0.5, 0.75, 0.6]) @ CAMERA
    high = ball(0.3, np.array([0, -0.4, 0]) + 0.9 * lamp / np.linalg.norm(lamp))
    alone, under = (render(m, SIZE).astype(int) for m in (low, joined(low, high)))
    both = shown(alone) & ~shown(render(high, SIZE))
    ratio = under[both].sum(1) / alone[both].sum(1)
    assert ratio.min() < 0.8 and (ratio < 1.01).all()
    assert (ratio > 0.99).mean() > 0.2


def test_points_in_front_hide_those_behind():
    front, behind = 0.9 * SIGHT[None], -0.9 * SIGHT[None]
    clouds = {
        "both": np.concatenate([front, behind]),
        "swapped": np.concatenate([behind, front]),
        "front": front,
        "behind": behind,
    }
    center = {k: render(CloudShape(p), SIZE)[SIZE // 2, SIZE // 2] for k, p in clouds.items()}
    np.testing.assert_array_equal(center["both"], center["front"])
    np.testing.assert_array_equal(center["swapped"], center["front"])
    red, _, blue = center["front"].astype(int)  # yellow; violet behind
    assert red > blue + 100
    red, _, blue = center["behind"].astype(int)
    assert blue > red


def test_sparse_points_stay_apart_and_dense_ones_close_up(rng):
    directions = rng.normal(size=(50_000, 3))
    sphere = np.float32(0.8 * directions / np.linalg.norm(directions, axis=1, keepdims=True))
    dense, ideal = (shown(render(shape, SIZE)) for shape in (CloudShape(sphere), ball(0.75)))
    assert dense[ideal].all()
    assert dense.mean() < 1.3 * ideal.mean()
    sparse = shown(render(CloudShape(sphere[:50]), SIZE))
    assert 0.001 < sparse.mean() < 0.1


def test_points_outside_the_picture_are_cut_off():
    inside = np.zeros((1, 3))
    far = np.concatenate([inside, 5 * RIGHT[None], -5 * UP[None]])
    assert (
        shown(render(CloudShape(far), SIZE)).sum() == shown(render(CloudShape(inside), SIZE)).sum()
    )


def test_a_color_can_be_chosen():
    for shape in (ball(), cubes((3, 3, 3)), CloudShape(np.zeros((1, 3)))):
        picture = render(shape, SIZE, color="#ff0000")
        red, green, blue = picture[np.unravel_index(picture[..., 1].argmin(), (SIZE, SIZE))]
        assert red > 100 and green == blue == 0


def test_each_point_can_have_a_color_of_its_own():
    left, right = np.array([[-0.5, 0, 0.3]]), np.array([[0.5, 0, -0.3]])
    colors = np.array([[1.0, 0, 0], [0, 0, 1.0]])
    picture = render(CloudShape(np.concatenate([left, right])), SIZE, colors).astype(int)
    red = picture[..., 0] > picture[..., 2] + 50
    blue = picture[..., 2] > picture[..., 0] + 50
    assert red.any() and blue.any()
    assert np.argwhere(red)[:, 1].max() < SIZE / 2 < np.argwhere(blue)[:, 1].min()


def test_the_same_shape_gives_the_same_picture(rng):
    cloud = CloudShape(rng.uniform(-0.5, 0.5, (300, 3)))
    np.testing.assert_array_equal(render(cloud, SIZE), render(cloud, SIZE, threads=2))


def test_edges_of_cubes_are_seen():
    lone = cubes((3, 3, 3), resolution=6)
    picture = render(lone, SIZE)
    middle_of_top, rim_of_top = (at(picture, np.array([3.5, 4, z]) / 3 - 1) for z in (3.5, 3.97))
    assert rim_of_top < 0.95 * middle_of_top


def test_exposed_faces_of_two_neighbors_close_the_surface_of_a_box():
    squares, owners = exposed_faces(cubes((0, 1, 2), (1, 1, 2), resolution=3).grid)
    assert len(squares) == 10 and len(owners) == 10  # not the shared one, from either side
    corners = squares.astype(float)
    faces = np.arange(40).reshape(10, 4)[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3)
    surface = trimesh.Trimesh(corners.reshape(-1, 3), faces)  # merges corners
    assert surface.is_watertight and surface.volume == pytest.approx(2)  # so they point outwards
    np.testing.assert_array_equal(surface.bounds, [[0, 1, 2], [2, 2, 3]])
    offset = corners.mean(1) - (owners + 0.5)  # each lies on its own cube
    np.testing.assert_allclose(np.abs(offset).sum(1), 0.5)
