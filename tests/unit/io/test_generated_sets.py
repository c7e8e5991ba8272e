"""Sets of generated shapes in files, and how much they are like a reference."""

import numpy as np
import pandas as pd
import pytest

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.io.shape_sets import read_sets, write_sets
from inr2vec_core.reporting.tables import generation_in_columns, generation_rows
from inr2vec_core.tasks.generation.metrics import Reference


def cloud(seed, at=(0, 0, 0), n=64):
    points = np.random.default_rng(seed).normal(size=(n, 3)) * 0.1
    return (points + at).astype(np.float32)


GRID = np.random.default_rng(0).random((4, 4, 4)) > 0.5
MESH = MeshShape(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))


@pytest.mark.parametrize(
    ("field", "shape"),
    [("udf", CloudShape(cloud(0))), ("sdf", MESH), ("occ", VoxelShape(GRID))],
)
def test_sets_are_read_as_they_were_written(tmp_path, field, shape):
    sets = {"draw 0": [shape, None, shape], "empty": [], "lost": [None, None]}
    write_sets(tmp_path / "sets.h5", sets, field)
    found = read_sets(tmp_path / "sets.h5")
    assert {k: [s is None for s in v] for k, v in found.items()} == {
        "draw 0": [False, True, False], "empty": [], "lost": [True, True]}  # fmt: skip
    for name, value in vars(shape).items():
        np.testing.assert_array_equal(getattr(found["draw 0"][2], name), value)


PLACES = [(x, y, 0) for x in (-0.5, 0.5) for y in (-0.5, 0, 0.5)]


def reference():
    return Reference([cloud(k, at) for k, at in enumerate(PLACES)], emd_points=16)


def test_a_set_is_like_itself_and_unlike_a_far_one():
    ref = reference()
    own, far = ref.scores(ref.clouds), ref.scores([cloud(k, (0, 0, 5)) for k in range(6)])
    assert own["MMD-CD x1000"] == 0 == own["MMD-EMD x100"] == own["JSD x100"]
    assert own["COV-CD"] == 100 == own["COV-EMD"] and own["1-NNA-CD"] == 0 == own["1-NNA-EMD"]
    assert far["1-NNA-CD"] == 100 == far["1-NNA-EMD"] and far["JSD x100"] > 99
    assert far["MMD-CD x1000"] > 10_000
    assert own["found"] == 100 == far["found"]


def test_another_sample_of_the_same_places_is_in_between():
    scores = reference().scores([cloud(9 + k, at) for k, at in enumerate(PLACES)])
    assert scores["COV-CD"] == 100 and 0 < scores["MMD-CD x1000"] < 20
    assert scores["1-NNA-CD"] == 0  # each shape's nearest is its counterpart


def test_one_place_covers_little():
    scores = reference().scores([cloud(9 + k, PLACES[0]) for k in range(6)])
    assert scores["COV-CD"] == pytest.approx(100 / 6)
    assert scores["MMD-CD x1000"] > 300


def test_shapes_without_surface_and_sets_of_another_size():
    ref = reference()
    half = ref.scores([ref.clouds[0], ref.clouds[1], None, None])
    assert half["found"] == 50 and half["COV-CD"] == 50 and np.isfinite(half["MMD-CD x1000"])
    none = ref.scores([None] * 6)
    assert none["found"] == 0 == none["COV-CD"] and none["JSD x100"] == 100
    assert none["MMD-CD x1000"] == np.inf and none["1-NNA-CD"] == 100
    assert ref.scores([cloud(k) for k in range(20)])["found"] == 100


def test_a_table_averages_draws_and_classes():
    draws = pd.DataFrame(
        {"class": ["a", "a", "b", "b"], "draw": ["draw 0", "draw 1"] * 2, "n": [3, 3, 5, 5],
         "COV-CD": [40.0, 60.0, 10.0, 30.0]}
    )  # fmt: skip
    rows = generation_rows(draws).set_index("class")
    assert rows["mean"].to_dict() == {"a": 50, "b": 20, "all": 35}
    assert rows["n"].to_dict() == {"a": 3, "b": 5, "all": 8} and (rows["draws"] == 2).all()
    assert rows.loc["all", "std"] == pytest.approx(200**0.5)
    table = generation_rows(draws).assign(dataset="D", inr="i", encoder="e", method="m")
    text = generation_in_columns(table)
    assert "| D | i | e | all | m | 35 ± 14 |" in text
