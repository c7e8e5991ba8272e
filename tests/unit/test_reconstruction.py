"""Clouds from fields whose surface is known."""

import pytest
import torch

from inr2vec_core.errors import BadShape
from inr2vec_core.reconstruction import CloudSettings, cloud_from_udf

SMALL = CloudSettings(seeds=2000, rounds=10)


def sphere(points, radius=0.5):
    return (points.norm(dim=1) - radius).abs()


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("udf", [sphere, lambda p: sphere(p).clamp(max=0.1)],
                         ids=["exact", "clipped"])  # fmt: skip
def test_points_lie_on_the_sphere_and_all_around_it(udf):
    cloud = cloud_from_udf(udf, 300, generator(), SMALL)
    assert cloud.shape == (300, 3) and cloud.dtype == torch.float32
    assert (cloud.norm(dim=1) - 0.5).abs().max() < 0.01
    octants = {tuple(o) for o in (cloud > 0).tolist()}
    assert len(octants) == 8


def test_one_move_lands_on_a_plane():
    one = CloudSettings(seeds=2000, moves=1, rounds=10)
    cloud = cloud_from_udf(lambda p: p[:, 2].abs(), 50, generator(), one)
    torch.testing.assert_close(cloud[:, 2], torch.zeros(50))


def test_points_far_off_before_the_last_move_are_dropped():
    # The first axis says how the field lies: |z| on one side, twice that on the other, where the
    # seeds kept reach z = 0.025 only and those within 0.01 alone are near enough.
    def udf(p):
        return p[:, 2].abs() * torch.where(p[:, 0] > 0, 2.0, 1.0)

    one = CloudSettings(seeds=20_000, moves=1, rounds=1)
    cloud = cloud_from_udf(udf, 300, generator(), one)
    steep = cloud[:, 0] > 0
    assert cloud[steep, 2].abs().max() <= 0.01 + 1e-6  # 2 |z| too far: as far on the other side
    assert cloud[~steep, 2].abs().max() < 1e-6
    assert 1.5 < float((~steep).sum() / steep.sum()) < 2.5


def test_moves_take_the_predicted_distance_even_where_it_is_too_short():
    # Half the true distance: five moves leave 1/32 of it.
    cloud = cloud_from_udf(lambda p: 0.5 * sphere(p), 100, generator(), SMALL)
    assert (cloud.norm(dim=1) - 0.5).abs().max() <= 0.1 / 32 + 1e-6


def test_the_cloud_depends_on_the_generator_alone():
    first, again, other = (cloud_from_udf(sphere, 50, generator(s), SMALL) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_works_inside_no_grad():
    with torch.no_grad():
        cloud = cloud_from_udf(sphere, 50, generator(), SMALL)
    assert not cloud.requires_grad


@pytest.mark.parametrize("value", [0.1, float("nan")])
def test_a_field_without_surface_is_given_up_after_an_eighth_of_its_rounds(value):
    calls = []

    def udf(points):
        calls.append(len(points))
        return points[:, 0] * 0 + value

    with pytest.raises(BadShape, match="only 0 of 10 points after 2 rounds"):
        cloud_from_udf(udf, 10, generator(), CloudSettings(seeds=16, rounds=16))
    assert calls == [16] * 2


def test_a_field_low_everywhere_without_a_surface_is_given_up():
    # 0.03 everywhere: near enough to be moved, never near enough to be kept.
    with pytest.raises(BadShape, match="only 0 of 10"):
        cloud_from_udf(
            lambda p: p.sum(1) * 0 + 0.03, 10, generator(), CloudSettings(seeds=16, rounds=3)
        )


def test_a_field_with_little_surface_is_given_all_its_rounds():
    def far_sphere(points):  # its surface is hit by few of the seeds
        return (points - 0.9).norm(dim=1) - 0.01

    with pytest.raises(BadShape, match="of 100000 points after 16 rounds"):
        cloud_from_udf(far_sphere, 100_000, generator(), CloudSettings(seeds=20_000, rounds=16))
