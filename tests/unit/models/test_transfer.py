"""The transfer network."""

import torch

from inr2vec_core.models.transfer import TransferNetwork, build_transfer


def test_the_papers_network():
    net = TransferNetwork(1024, 1024)
    linear = [m for m in net.net if isinstance(m, torch.nn.Linear)]
    assert [m.weight.shape for m in linear] == [(1024, 1024)] * 8
    kinds = [type(m).__name__ for m in net.net]
    assert kinds == ["Linear", "BatchNorm1d", "ReLU"] * 7 + ["Linear"]
    small = build_transfer({"source": 3, "target": 5, "hidden": 7, "layers": 2})
    assert small(torch.zeros(4, 3)).shape == (4, 5)
