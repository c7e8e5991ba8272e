"""Settings out of a mapping of values."""

from dataclasses import dataclass

import pytest

from inr2vec_core.utils.settings import Settings


@dataclass(frozen=True)
class Some(Settings):
    batch: int
    betas: tuple[float, ...] = (0.9, 0.999)


def test_fields_are_taken_and_other_values_passed_over():
    assert Some.from_config({"batch": 3, "epochs": 9}) == Some(3)
    assert Some.from_config({"batch": 3, "betas": [0.5, 0.9]}) == Some(3, (0.5, 0.9))


def test_what_is_given_by_name_goes_before_the_mapping():
    assert Some.from_config({"batch": 3}, batch=4) == Some(4)


def test_a_missing_field_without_a_default_is_an_error():
    with pytest.raises(TypeError, match="batch"):
        Some.from_config({"betas": [0.1]})
