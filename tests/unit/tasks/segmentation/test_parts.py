"""The parts of each class, made from the labels of training shapes."""

import numpy as np
import pytest

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.shapes import PartLabels
from inr2vec_core.tasks.segmentation.parts import Parts


def labels(names, index):
    return PartLabels(tuple(names), np.array(index, np.int16))


TRAINING = [
    ("table", labels(["leg", "top"], [1, 1, 0, 0, 1])),
    ("chair", labels(["seat", "leg"], [0, 1, 1])),
    ("chair", labels(["arm", "unused", "seat"], [0, 2])),
    ("ball", labels(["all"], [0, 0])),
]


@pytest.fixture
def parts():
    return Parts.of(TRAINING)


def test_parts_are_numbered_by_class_and_name(parts):
    assert parts.pairs == (
        ("ball", "all"), ("chair", "arm"), ("chair", "leg"), ("chair", "seat"),
        ("table", "leg"), ("table", "top"),
    )  # fmt: skip
    assert parts.n_points == (2, 1, 2, 2, 2, 3)
    assert len(parts) == 6 and parts.classes == ["ball", "chair", "table"]
    assert [parts.numbers(name) for name in parts.classes] == [range(1), range(1, 4), range(4, 6)]
    assert parts.names("chair") == ["arm", "leg", "seat"]


def test_the_order_of_the_shapes_does_not_matter(parts):
    assert Parts.of(reversed(TRAINING)) == parts


def test_numbers_in_names_are_sorted_by_their_value():
    names = ["10", "9", "leg 10", "leg 2", "leg", "01", "1"]
    found = Parts.of([("a", labels(names, range(7)))])
    assert found.names("a") == ["01", "1", "9", "10", "leg", "leg 2", "leg 10"]


def test_which_parts_belong_to_which_class(parts):
    expected = [[1, 0, 0, 0, 0, 0], [0, 1, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]]
    np.testing.assert_array_equal(parts.in_class, np.array(expected, bool))
    np.testing.assert_array_equal(
        parts.allowed(["table", "ball"]), np.array(expected, bool)[[2, 0]]
    )


def test_classes_are_one_hot_inputs(parts):
    one_hot = parts.one_hot(["table", "ball"])
    assert one_hot.dtype == np.float32
    np.testing.assert_array_equal(one_hot, [[0, 0, 1], [1, 0, 0]])


def test_labels_become_global_numbers_in_any_order_of_names(parts):
    numbers = parts.labels("chair", labels(["seat", "arm", "leg"], [0, 0, 2, 1]))
    assert numbers.dtype == np.int64 and numbers.tolist() == [3, 3, 2, 1]
    assert parts.labels("table", labels(["leg"], [0])).tolist() == [4]


def test_a_name_that_no_point_has_may_be_unknown(parts):
    assert parts.labels("chair", labels(["wheel", "leg"], [1])).tolist() == [2]


def test_an_unknown_part_is_named_with_those_of_its_class(parts):
    with pytest.raises(BadShape, match=r"'chair' has no part 'top' in .* only arm, leg, seat"):
        parts.labels("chair", labels(["leg", "top"], [0, 1]))


def test_an_unknown_class_is_named_with_the_known_ones(parts):
    ask = [
        lambda: parts.labels("lamp", labels(["leg"], [0])), lambda: parts.numbers("lamp"),
        lambda: parts.one_hot(["ball", "lamp"]), lambda: parts.allowed(["lamp"]),
    ]  # fmt: skip
    for question in ask:
        with pytest.raises(BadShape, match="is of class 'lamp', only of ball, chair, table"):
            question()


@pytest.mark.parametrize("index", [[0, -1, 1], [0, 2, 1]])
def test_a_point_without_label_is_counted(parts, index):
    bad = labels(["leg", "seat"], index)
    with pytest.raises(BadShape, match="1 of 3 points have no part label"):
        parts.labels("chair", bad)
    with pytest.raises(BadShape, match="1 of 3 points have no part label"):
        Parts.of([("chair", bad)])


def test_no_shapes_have_no_parts():
    with pytest.raises(InputError, match="no shape with labeled points"):
        Parts.of([])


# ---------------------------------------------------------------------------- the table


def test_a_table_gives_the_same_parts(parts, tmp_path):
    path = tmp_path / "deep" / "parts.csv"
    parts.write(path)
    header, *rows = path.read_text().splitlines()
    assert header.startswith("part,class,name,n_points,")
    assert rows[:2] == ["0,ball,all,2,", "1,chair,arm,1,"]
    assert Parts.read(path) == parts


def test_names_that_look_like_something_else_stay_what_they_are(tmp_path):
    parts = Parts.of([("nan", labels(["007", "NA", "1e3", 'a, "b"'], range(4)))])
    parts.write(tmp_path / "parts.csv")
    assert Parts.read(tmp_path / "parts.csv") == parts


@pytest.mark.parametrize(
    "content, why",
    [
        (None, "is missing: make it first"),
        ("", "is empty"),
        ("part,class,name,n_points\n0,a,x,1\n", "has no checksum.*of an older version"),
    ],
)
def test_another_table_is_refused(content, why, tmp_path):
    path = tmp_path / "parts.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=f"parts.csv {why}"):
        Parts.read(path)


def test_an_edited_table_is_refused(parts, tmp_path):
    path = tmp_path / "parts.csv"
    parts.write(path)
    path.write_text(path.read_text().replace("chair", "table"))
    with pytest.raises(InputError, match=r"parts\.csv is damaged.*remove it and run again"):
        Parts.read(path)
