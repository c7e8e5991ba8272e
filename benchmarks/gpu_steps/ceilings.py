"""Step 1: the card's own ceilings."""

from collections.abc import Callable, Iterator

import torch

from gpu_steps.context import Case, Context, Row
from gpu_steps.measure import PRECISIONS, median_seconds, set_precision


def cases(context: Context) -> Iterator[Case]:
    """Matrix products by precision, a copy, sine and cosine."""
    device, tiny = context.device, context.tiny
    budget = 0.05 if tiny else 1.0
    n, elements = (256, 1 << 16) if tiny else (8192, 1 << 28)

    def timed(call: Callable[[], object], amount: float, unit: str) -> Row:
        return {"value": amount / median_seconds(call, device, budget) / 1e12, "unit": unit}

    def product(precision: str) -> Row:
        kind = torch.bfloat16 if precision == "bfloat16" else torch.float32
        set_precision("float32" if precision == "bfloat16" else precision)
        a = torch.randn(n, n, device=device, dtype=kind)
        out = torch.empty_like(a)
        return timed(lambda: torch.mm(a, a, out=out), 2 * n**3, "TFLOP/s")

    def copy() -> Row:
        source = torch.randn(elements, device=device)
        target = torch.empty_like(source)
        return timed(lambda: target.copy_(source), 2 * 4 * elements, "TB/s, read and write")

    def wave(function: Callable) -> Row:
        angles = torch.randn(elements // 4, device=device) * 5
        out = torch.empty_like(angles)
        return timed(lambda: function(angles, out=out), len(angles), "tera-elements/s")

    for precision in (*PRECISIONS, "bfloat16"):
        labels: Row = {"what": "matrix product", "precision": precision, "size": n}
        yield Case(labels, lambda p=precision: product(p))
    yield Case({"what": "copy", "precision": "float32", "size": elements}, copy)
    for name, function in (("sin", torch.sin), ("cos", torch.cos)):
        labels = {"what": name, "precision": "float32", "size": elements // 4}
        yield Case(labels, lambda f=function: wave(f))


def matrix_rate(context: Context, precision: str) -> float | None:
    """The measured FLOP/s of a large product, where this step has run."""
    value = context.known("ceilings", "value", what="matrix product", precision=precision)
    return value and 1e12 * value


def bandwidth(context: Context) -> float | None:
    """The measured bytes/s of a large copy, where this step has run."""
    value = context.known("ceilings", "value", what="copy")
    return value and 1e12 * value
