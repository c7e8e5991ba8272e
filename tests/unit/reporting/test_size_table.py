"""Table 5 as Markdown."""

import pandas as pd
import pytest

from inr2vec_core.reporting.size_table import add_paper_counts, parameters_markdown, short


@pytest.fixture
def table():
    counts = pd.DataFrame(
        [(512, 4, "inr", 790529), (512, 4, "mine", 1234), (64, 4, "inr", 12801)],
        columns=["width", "depth", "method", "parameters"],
    )
    paper = pd.DataFrame(
        [("512 x 4", "inr", 8e5), ("64 x 8", "inr", 1)], columns=["dataset", "method", "value"]
    )
    return add_paper_counts(counts, paper)


def test_the_papers_counts_stand_beside_ours(table):
    assert table["paper"].fillna(0).tolist() == [8e5, 0, 0]
    text = parameters_markdown(table)
    assert "| 512 | 4 | 790,529 (800K) | 1,234 |" in text


@pytest.mark.parametrize("count, text", [(8e5, "800K"), (3.5e6, "3.5M"), (12e9, "12B"), (7, "7")])
def test_counts_are_written_as_in_the_paper(count, text):
    assert short(count) == text
