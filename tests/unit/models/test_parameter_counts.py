"""Table 5: counts that follow from the layers, and the paper's rounded ones."""

import pytest

from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.models.parameter_counts import PAPER_SIRENS, encoder_parameters, parameter_rows

PUBLISHED = {"hidden": [512, 512, 1024, 1024], "embedding": 1024}
INR2VEC, ALL_LAYERS = PUBLISHED | {"type": "inr2vec"}, PUBLISHED | {"type": "all_layers"}
PROJECTED = PUBLISHED | {"type": "projected", "hidden": [512], "options": {"rank": 64}}
# INR hidden dim., INR #layers, INR #params, #params of inr2vec's encoder and of the MLP.
TABLE5 = """\
512 4 800K 3M 800M
512 8 2M 3M 2B
512 12 3M 3M 3B
512 16 4M 3M 4B
1024 4 3M 3.5M 3B
1024 8 7M 3.5M 7.5B
1024 12 11M 3.5M 12B
1024 16 15M 3.5M 16B"""


def number(text):
    return float(text[:-1]) * {"K": 1e3, "M": 1e6, "B": 1e9}[text[-1]]


@pytest.fixture(scope="module")
def counts():
    table = parameter_rows([INR2VEC, ALL_LAYERS, PROJECTED])
    return table.set_index(["width", "depth", "method"])["parameters"]


@pytest.mark.parametrize("line", TABLE5.splitlines())
def test_the_counts_are_the_papers(line, counts):
    width, depth, *paper = line.split()
    for method, said in zip(("inr", "inr2vec", "mlp"), paper, strict=True):
        # The paper rounds down or to the nearest.
        assert counts[int(width), int(depth), method] == pytest.approx(number(said), rel=0.09)


def test_counts_by_hand(counts):
    assert counts[512, 4, "inr"] == 790_529
    assert counts[512, 4, "inr2vec"] == counts[512, 16, "inr2vec"] == 3_155_968
    assert counts[1024, 4, "inr2vec"] == 3_155_968 + 512 * 512
    assert counts[512, 4, "mlp"] == 790_529 * 1024 + 1024
    assert (counts.xs("all_layers", level=2) == counts.xs("inr2vec", level=2)).all()
    assert counts[512, 4, "projected"] == 9_144_834
    assert len(counts) == 5 * len(PAPER_SIRENS)


def test_a_huge_encoder_takes_no_memory():
    huge = {"type": "projected", "hidden": [2**16], "embedding": 1024, "options": {"rank": 4096}}
    assert encoder_parameters(huge, SirenConfig(4096, 8)) > 1e12  # 4 TB
