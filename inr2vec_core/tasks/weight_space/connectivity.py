"""Linear mode connectivity of INRs, before and after matching (paper, Appendix K and Fig. 31)."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from inr2vec_core.inrs.siren import evaluate
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.losses import LossAndGradient
from inr2vec_core.tasks.weight_space.matching import match_inrs

STEPS = 21  # of a line, ends included
SAME, OTHER = "same shape", "other shapes"


def line_losses(
    start: Tensor,
    end: Tensor,
    coords: Tensor,
    labels: Tensor,
    siren: SirenConfig,
    loss: LossAndGradient,
    steps: int = STEPS,
) -> np.ndarray:
    """The loss of INRs on the line between two.

    Args:
        start: (n_parameters,) weights where t = 0.
        end: (n_parameters,) weights where t = 1.
        coords: (q, 3) the same points for each.
        labels: (q,) their labels.
        siren: sizes of the INRs.
        loss: outputs (b, q) and labels (b, q) -> loss (b,) and gradient.
        steps: of the line, ends included.

    Returns:
        (steps,) losses.
    """
    losses = []
    for t in torch.linspace(0, 1, steps).tolist():
        flat = torch.lerp(start, end, t).unsqueeze(0)
        outputs = evaluate(flat, coords.unsqueeze(0), siren)
        losses.append(loss(outputs, labels.unsqueeze(0))[0].item())
    return np.array(losses)


def pairs_of_fits(shape_ids: Sequence[str]) -> list[tuple[str, int, int]]:
    """The pairs of fits that are compared.

    Args:
        shape_ids: the shape of each fit.

    Returns:
        (kind, first, second): of each shape its first two fits, and its first fit with that of the
        next shape. A shape of one fit has no pair of its own.
    """
    fits: dict[str, list[int]] = {}
    for row, shape_id in enumerate(shape_ids):
        fits.setdefault(shape_id, []).append(row)
    firsts = [rows[0] for rows in fits.values()]
    same = [(SAME, *rows[:2]) for rows in fits.values() if len(rows) > 1]
    others = list(zip(firsts, firsts[1:] + firsts[:1], strict=True)) if len(firsts) > 1 else []
    return same + [(OTHER, a, b) for a, b in others]


def connectivity(
    weights: Tensor,
    shape_ids: Sequence[str],
    siren: SirenConfig,
    loss: LossAndGradient,
    queries_of: Callable[[str], tuple[Tensor, Tensor]],
) -> pd.DataFrame:
    """Losses on the lines between pairs of fits, before and after matching the second to the first.

    Args:
        weights: (n, n_parameters).
        shape_ids: (n,) the shape of each INR.
        siren: sizes of the INRs.
        loss: as of `line_losses`.
        queries_of: shape id -> coordinates (q, 3) and labels (q,) of the shape.

    Returns:
        The columns kind, shape_id and other_id; matched (whether the line is after matching);
        in_place (the share of hidden units that matching leaves in place); t and loss. Between
        different shapes the loss is NaN: neither's says anything there. Their rows have t = 0.
    """
    rows = []
    for kind, a, b in pairs_of_fits(shape_ids):
        (moved,), (in_place,) = match_inrs(weights[a], weights[b : b + 1], siren)
        row = {"kind": kind, "shape_id": shape_ids[a], "other_id": shape_ids[b]}
        row["in_place"] = in_place.mean().item()
        if kind == OTHER:
            rows.append(row | {"matched": True, "t": 0.0, "loss": np.nan})
            continue
        queries = queries_of(shape_ids[a])
        for matched, end in ((False, weights[b]), (True, moved)):
            losses = line_losses(weights[a], end, *queries, siren, loss)
            rows += [
                row | {"matched": matched, "t": t, "loss": value}
                for t, value in zip(np.linspace(0, 1, len(losses)), losses, strict=True)
            ]
    return pd.DataFrame(rows)


def connectivity_rows(lines: pd.DataFrame) -> pd.DataFrame:
    """Average what `connectivity` found.

    Args:
        lines: its table.

    Returns:
        The columns kind, metric, mean, std (of the sample, over pairs) and n (pairs). Metrics: "in
        place" in percent; of one shape also "loss at the ends", "highest loss" on the line, and
        "highest loss, matched".
    """
    keys = ["kind", "shape_id", "other_id"]
    pairs = lines.groupby(keys, sort=False)["in_place"].first().mul(100).rename("in place")
    found = [pairs.reset_index().melt(keys, var_name="metric")]
    of_loss = lines.dropna(subset="loss")
    for matched, name in ((False, "highest loss"), (True, "highest loss, matched")):
        line = of_loss[of_loss["matched"] == matched].groupby(keys, sort=False)["loss"]
        if not matched:
            ends = of_loss[~of_loss["matched"] & of_loss["t"].isin([0, 1])]
            mean = ends.groupby(keys, sort=False)["loss"].mean().rename("loss at the ends")
            found.append(mean.reset_index().melt(keys, var_name="metric"))
        found.append(line.max().rename(name).reset_index().melt(keys, var_name="metric"))
    grouped = pd.concat(found).groupby(["kind", "metric"], sort=False)["value"]
    return grouped.agg(mean="mean", std="std", n="size").reset_index()
