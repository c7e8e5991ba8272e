"""Which precision INRs are fitted in, by device."""

import pytest
import torch

from inr2vec_core.inrs import precision
from inr2vec_core.inrs.precision import fit_precision

CPU = torch.device("cpu")


@pytest.mark.parametrize("field, chosen", [
    ("udf", "mixed"), ("sdf", "mixed"), ("occ", "float32"), ("another", "float32"),
])  # fmt: skip
def test_auto_takes_what_is_as_good_as_float32(monkeypatch, field, chosen):
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: True)
    assert fit_precision("auto", CPU, field) == chosen


@pytest.mark.parametrize("asked, has, chosen", [
    ("auto", True, "mixed"), ("auto", False, "float32"),
    ("mixed", True, "mixed"), ("mixed", False, "float32"),
    ("bfloat16", True, "bfloat16"), ("bfloat16", False, "float32"),
    ("float32", True, "float32"), ("float32", False, "float32"),
])  # fmt: skip
def test_precision_by_device(monkeypatch, asked, has, chosen):
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: has)
    assert fit_precision(asked, CPU) == chosen


def test_unknown_precisions_are_refused():
    with pytest.raises(ValueError, match="'tf32': use one of auto, float32, mixed, bfloat16"):
        fit_precision("tf32", CPU)
