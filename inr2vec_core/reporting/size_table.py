"""Table 5: parameters by the size of INRs, the paper's counts in brackets."""

import pandas as pd

from inr2vec_core.reporting.markdown import markdown_table

KEYS = ["width", "depth"]


def add_paper_counts(table: pd.DataFrame, paper: pd.DataFrame) -> pd.DataFrame:
    """Add the column `paper`: the published, rounded count.

    Args:
        table: the columns width, depth, method and parameters.
        paper: the columns dataset ("512 x 4" for INRs of width 512 and depth 4), method and value.

    Returns:
        The table with the column, empty where the paper has no count.
    """
    sizes = table["width"].astype(str) + " x " + table["depth"].astype(str)
    known = paper.set_index(["dataset", "method"])["value"]
    return table.assign(
        paper=[known.get(key) for key in zip(sizes, table["method"], strict=True)]
    ).astype({"paper": float})


def parameters_markdown(table: pd.DataFrame) -> str:
    """Format the counts: a row for each size of INRs, a column for each method.

    Args:
        table: from `add_paper_counts`.
    """
    cells = [
        f"{row.parameters:,}" + (f" ({short(row.paper)})" if pd.notna(row.paper) else "")
        for row in table.itertuples()
    ]
    wide = table.assign(cell=cells).pivot(index=KEYS, columns="method", values="cell")
    wide = wide[table["method"].unique()]
    note = (
        "Parameters of an INR (inr), of one linear layer from all of its weights to an embedding "
        "of 1,024 (mlp: the first layer of an MLP, whose others would come on top), and of "
        "encoders, from the modules themselves. The paper's rounded counts in brackets."
    )
    return markdown_table(["INR width", "INR layers", *wide.columns], wide, note)


def short(count: float) -> str:
    """A count as the paper prints it: 800K, 3.5M, 12B."""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if count >= size:
            return f"{count / size:g}{unit}"
    return f"{count:g}"
