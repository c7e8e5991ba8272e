"""Which validation curves still improve at their end."""

import logging

import pytest

from inr2vec_core.training.convergence import (
    ConvergenceCheck,
    convergence_of_accuracy,
    convergence_of_distance,
    convergence_of_mean,
)


def curve(*scores, every=1):
    """History rows with these scores, and rows that were not validated between them."""
    rows = []
    for score in scores:
        rows += [{"loss": 1.0} for _ in range(every - 1)] + [{"loss": 1.0, "accuracy": score}]
    return [row | {"epoch": epoch} for epoch, row in enumerate(rows, 1)]


def check(*scores, n=10_000, every=1):
    return convergence_of_accuracy(curve(*scores, every=every), "accuracy", n)


def test_a_constant_curve_has_converged():
    found = check(*[0.7] * 40)
    assert found.gain == pytest.approx(0) and found.converged


def test_a_curve_that_rises_to_its_end_has_not_converged():
    found = check(*[k / 80 for k in range(80)])
    # Ten epochs in each half of the last quarter, each an eightieth above the one before.
    assert found.gain == pytest.approx(10 / 80)
    assert not found.converged


def test_what_happened_before_the_last_quarter_does_not_count():
    risen = [0.1 + 0.02 * k for k in range(24)]
    assert check(*risen, *[0.9] * 8).gain == pytest.approx(0)
    assert check(*risen, *[0.5] * 4, *[0.8] * 4).gain == pytest.approx(0.3)
    assert check(*risen, 0.2, 0.3, 0.6, 0.7, 0.8, 0.6, 0.8, 0.8).gain == pytest.approx(0.3)


def test_a_single_shape_is_no_gain():
    risen = [59 / 60] * 7
    assert check(*risen, 60 / 60, n=60).converged
    assert not check(*[58 / 60] * 7, 60 / 60, n=60).converged


def test_a_falling_curve_needed_no_more_epochs():
    found = check(*[0.9 - 0.01 * k for k in range(40)])
    assert found.gain == pytest.approx(-0.05) and found.converged


@pytest.mark.parametrize("number", [1, 2, 7])
def test_too_few_validations_tell_nothing(number, caplog):
    found = check(*[0.5] * number)
    assert found.converged is None
    found.report("dgcnn on chairs")
    assert "dgcnn on chairs: fewer than 8 validations cannot tell" in caplog.text
    assert check(*[0.5] * 8).converged


def test_epochs_without_validation_do_not_count():
    scores = [0.3] * 12 + [0.5, 0.7, 0.8, 0.9]
    found = check(*scores, every=5)
    assert found == check(*scores)
    assert found.gain == pytest.approx(0.85 - 0.6)


def test_gains_within_the_standard_error_of_an_accuracy_are_noise():
    # Of 100 shapes at 0.8: sqrt(0.8 * 0.2 / 100) = 0.04.
    assert check(*[0.5] * 7, 0.8, n=100).tolerance == pytest.approx(0.04)
    assert check(*[0.77] * 7, 0.8, n=100).converged
    assert not check(*[0.75] * 7, 0.8, n=100).converged
    assert not check(*[0.77] * 7, 0.8, n=1000).converged


def test_gains_below_a_point_never_count():
    assert check(*[0.4] * 7, 0.5, n=10**8).tolerance == 0.01
    assert check(*[0.491] * 7, 0.5, n=10**8).converged
    assert not check(*[0.485] * 7, 0.5, n=10**8).converged
    assert check(*[0.5] * 7, 1.0, n=1000).tolerance == 0.01  # a perfect score has no error
    assert convergence_of_accuracy(
        curve(*[0.4] * 7, 0.5), "accuracy", 10**8, tolerance=0.2
    ).converged


@pytest.mark.parametrize("gain, warns", [(-0.3, False), (0.0, False), (0.02, False), (0.05, True)])
def test_only_a_curve_that_still_rises_is_warned_of(gain, warns, caplog):
    with caplog.at_level(logging.INFO):
        ConvergenceCheck(gain, 0.02).report("dgcnn on chairs")
    (record,) = caplog.records
    assert record.levelno == (logging.WARNING if warns else logging.INFO)
    verdict = "improves" if warns else "is flat"
    assert f"dgcnn on chairs: the validation curve {verdict}" in record.getMessage()
    assert f"by {100 * gain:.1f} (up to 2.0 is noise)" in record.getMessage()


def test_a_distance_that_falls_to_its_end_has_not_converged():
    def of(*distances):
        rows = [{"epoch": k, "chamfer": distance} for k, distance in enumerate(distances)]
        return convergence_of_distance(rows, "chamfer")

    assert not of(*[1 / (k + 1) for k in range(16)]).converged
    assert of(*[1 / (k + 1) for k in range(12)], *[0.08] * 4).converged
    assert of(*[0.5] * 7, 0.4).gain == pytest.approx(0.2)
    assert of(*[0.4] * 7, 0.5).converged


def test_a_mean_may_rise_by_its_standard_error():
    def converged(error):
        rows = [{"miou": 0.5, "error": error}] * 7 + [{"miou": 0.53, "error": error}]
        return convergence_of_mean(rows, "miou", "error").converged

    assert converged(0.04) and not converged(0.02) and not converged(0.0)
    assert convergence_of_mean([{"miou": 0.5, "error": 0.1}] * 7, "miou", "error").converged is None
