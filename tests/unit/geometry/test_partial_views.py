"""What can be seen of a shape from one side, and the frames that pairs of shapes share."""

import numpy as np
import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.geometry.partial_views import partial_view
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.raw import Cloud, Mesh, Pair
from inr2vec_core.geometry.signed_distance import SignedDistance
from inr2vec_core.geometry.surface import Surface
from inr2vec_core.modalities import modality
from inr2vec_core.ops.chamfer import chamfer_distance
from inr2vec_core.shapes.procedural.generate import make_shape


def rng(seed=0):
    return np.random.default_rng(seed)


def prepare(geometry, settings, *streams):
    return modality(settings.field).prepare(geometry, settings, *streams)


def sample(mesh, n, rng):
    return Surface(mesh.vertices, mesh.faces).sample(n, rng)


def chair() -> Mesh:
    made = make_shape(0, "chair", 0)
    # Off the origin and of another size, so that a frame says something.
    return Mesh(made.vertices * 3 + 5, made.faces)


def ball(n=4000) -> Cloud:
    points = rng(1).normal(size=(n, 3))
    return Cloud(points / np.linalg.norm(points, axis=1, keepdims=True))


def test_of_a_ball_one_side_is_seen():
    seen = partial_view(ball(), 500, rng(2)).points
    side = seen.mean(0) / np.linalg.norm(seen.mean(0))
    assert 0.2 < len(seen) / 4000 < 0.55
    # From three radii away the horizon is at a cosine of one third; noise lets a few more be seen.
    assert np.mean(seen @ side > 0.25) > 0.97
    assert set(map(tuple, seen)) <= set(map(tuple, ball().points))


def test_the_side_depends_on_the_stream_alone():
    one, same, other = (partial_view(ball(), 500, rng(seed)).points for seed in (2, 2, 3))
    np.testing.assert_array_equal(one, same)
    assert one.mean(0) @ other.mean(0) < 0.99 * one.mean(0) @ one.mean(0)


def partial_of(frame, whole=None):
    settings = ShapeSettings(points=512, side="partial", frame=frame)
    return prepare(whole or chair(), settings, rng(7), rng(8))


def test_a_partial_cloud_lies_on_its_complete_shape_in_one_frame_only():
    complete = prepare(chair(), ShapeSettings(points=512), rng(8))
    partial, own = partial_of("complete"), partial_of("own")
    assert partial.preparation == "partial"
    np.testing.assert_array_equal(partial.frame.center, complete.frame.center)
    assert partial.frame.scale == complete.frame.scale
    mesh = chair()
    surface = SignedDistance(complete.frame.place(mesh.vertices), mesh.faces.astype(np.int32), True)
    assert np.abs(surface(partial.shape.points)).mean() < 1e-5
    assert np.abs(surface(own.shape.points)).mean() > 0.01
    assert np.linalg.norm(own.shape.points, axis=1).max() == pytest.approx(1)


def test_the_identity_is_near_where_frames_are_shared():
    # Two samples of one surface: what a perfect completion would reach.
    complete = prepare(chair(), ShapeSettings(points=2048), rng(8))
    dense = complete.frame.place(sample(chair(), 8192, rng(9))[0])
    floor = chamfer_distance(complete.shape.points, dense)
    partial = partial_of("complete").shape.points
    own = partial_of("own").shape.points
    assert floor < 1e-3
    # Nothing of a partial cloud is far from the complete one, though not the other way round.
    assert one_way(partial, dense) < 1e-3 < one_way(dense, partial)
    assert one_way(own, dense) > 5 * one_way(partial, dense)


def one_way(a, b):
    from scipy.spatial import cKDTree

    return float((cKDTree(b).query(a)[0] ** 2).mean())


def test_clouds_of_a_mesh_share_its_frame():
    mesh = prepare(chair(), ShapeSettings(field="sdf"), rng())
    cloud = prepare(chair(), ShapeSettings(points=512, frame="mesh"), rng(1))
    drawn = Cloud(sample(chair(), 600, rng(2))[0])
    paired = prepare(Pair(drawn, chair()), ShapeSettings(points=512, frame="mesh"), rng(3))
    distance = mesh.shape.signed_distance()
    for made in (cloud, paired):
        np.testing.assert_allclose(made.frame.center, mesh.frame.center)
        assert made.frame.scale == pytest.approx(mesh.frame.scale)
        assert np.abs(distance(made.shape.points)).mean() < 1e-5


def test_a_pairs_own_partial_cloud_is_taken():
    whole = ball()
    some = Cloud(whole.points[whole.points[:, 0] > 0.2])
    settings = ShapeSettings(points=256, side="partial", frame="complete")
    made = prepare(Pair(some, whole), settings, rng(), rng(1))
    assert (made.frame.scale * made.shape.points[:, 0] + made.frame.center[0]).min() > 0.19


def test_of_a_plate_enough_is_seen_from_any_side():
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 0.004)], float)
    faces = np.array([[0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]])
    for seed in range(12):
        assert len(partial_view(Mesh(corners, faces), 256, rng(seed)).points) >= 256


@pytest.mark.parametrize(
    ("geometry", "settings", "reason"),
    [
        (ball(), ShapeSettings(points=256, frame="mesh"), "set the data set's frame to own"),
        (ball(300), ShapeSettings(points=256, side="partial"), "256 asked: lower `points`"),
        (Cloud(np.ones((300, 3))), ShapeSettings(points=256, side="partial"), "no extent"),
        (Cloud(np.full((300, 3), np.nan)), ShapeSettings(points=9, side="partial"), "300 of 300"),
    ],
)
def test_what_has_no_such_side_or_frame_is_set_aside(geometry, settings, reason):
    with pytest.raises(BadShape, match=reason):
        prepare(geometry, settings, rng(), rng(1))


def test_a_frame_undoes_itself():
    points = rng().normal(size=(50, 3)) * 7 + 3
    frame = Frame.of(points)
    placed = frame.place(points)
    assert np.linalg.norm(placed, axis=1).max() == pytest.approx(1)
    np.testing.assert_allclose(placed * frame.scale + frame.center, points, atol=1e-5)


@pytest.mark.parametrize("along", [np.linspace(0, 1, 100), np.arange(100) % 2.0])
def test_points_on_a_line_are_set_aside(along):
    cloud = Cloud(np.c_[along, np.zeros((100, 2))])
    with pytest.raises(BadShape, match="which of its points can be seen cannot be told") as caught:
        partial_view(cloud, 8, rng())
    assert "\n" not in str(caught.value)
