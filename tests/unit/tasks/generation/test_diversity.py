"""Whether a generator collapsed."""

import logging

import numpy as np
import pytest

from inr2vec_core.tasks.generation.diversity import Diversity


def test_samples_as_diverse_as_the_training_embeddings(rng, caplog):
    train_x, more = rng.standard_normal((2, 40, 16))
    found = Diversity.of(more, train_x)
    assert 0.9 < found.spread < 1.1 and 0.9 < found.neighbors < 1.1
    with caplog.at_level(logging.INFO):
        found.report("chairs")
    (record,) = caplog.records
    assert record.levelno == logging.INFO and "did not collapse" in record.getMessage()


def test_all_samples_in_one_place(rng, caplog):
    train_x, more = rng.standard_normal((2, 40, 16))
    found = Diversity.of(3 + 0.1 * more, train_x)
    assert found.spread == pytest.approx(0.1, rel=0.1) and found.collapsed
    found.report("chairs")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "chairs: the generator collapsed" in record.getMessage()
    assert f"{found.spread:.2f} times as far from one another" in record.getMessage()


def test_samples_in_a_few_places(rng):
    train_x = rng.standard_normal((40, 16))
    copies = np.repeat(train_x[:5], 8, axis=0) + 0.01 * rng.standard_normal((40, 16))
    found = Diversity.of(copies, train_x)
    assert found.spread > 0.7 and found.neighbors < 0.05 and found.collapsed


def test_samples_that_are_not_numbers_are_collapsed(rng):
    train_x = rng.standard_normal((5, 3))
    assert Diversity.of(np.full((5, 3), np.nan), train_x).collapsed


def test_duplicates_among_the_training_embeddings_are_no_collapse(rng):
    duplicates = np.repeat(rng.standard_normal((10, 4)), 2, axis=0)
    assert Diversity.of(duplicates, duplicates) == Diversity(1.0, 1.0)
