"""Which devices compute in mixed precision, and where it is asked for."""

import pytest
import torch

from inr2vec_core.training import precision
from inr2vec_core.training.precision import autocast, has_bfloat16


@pytest.mark.parametrize("flags, has", [
    ({}, False), ({"avx512_bf16": False}, False), ({"avx512_bf16": True}, True),
    ({"avx512_bf16": False, "amx_bf16": True}, True),
])  # fmt: skip
def test_processors_with_products_in_bfloat16(flags, has, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: flags)
    assert has_bfloat16(torch.device("cpu")) is has


@pytest.mark.parametrize(
    "asked, has, mixed",
    [("float32", True, False), ("bfloat16", True, True), ("bfloat16", False, False)],
)
def test_precision_is_mixed_where_asked_for_and_the_device_has_it(asked, has, mixed, monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: has)
    with autocast(torch.device("cpu"), asked):
        assert torch.is_autocast_enabled("cpu") is mixed
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype == (torch.bfloat16 if mixed else torch.float32)
