"""Step 3, inr2vec: its training step at the paper's sizes, and embeddings a second."""

from collections.abc import Iterator

import reference
import torch

from gpu_steps.ceilings import matrix_rate
from gpu_steps.context import Case, Context, Row
from gpu_steps.fits import DEPTH
from gpu_steps.measure import forget_peak, median_seconds, peak_gib, set_precision, share
from gpu_steps.sizes import PAPER_TRAINING, TINY_TRAINING
from gpu_steps.trainings import PlainTraining, training
from inr2vec_core.models.inr2vec import embed

EMBEDDED = (16, 256)  # INRs at once
WAYS = [("library", "TF32"), ("library", "mixed bfloat16"), ("library", "float32"),
        ("plain", "TF32"), ("plain", "mixed bfloat16")]  # fmt: skip


def cases(context: Context) -> Iterator[Case]:
    """Training steps, then embeddings."""
    sizes = TINY_TRAINING if context.tiny else PAPER_TRAINING
    for whose, precision in WAYS:
        labels = {
            "what": "training step", "INRs": sizes["batch"], "whose": whose, "precision": precision
        }  # fmt: skip
        yield Case(labels, lambda w=whose, p=precision: _step(context, sizes, w, p), 2.0)
    for n in EMBEDDED[: 1 if context.tiny else None]:
        for precision in ("TF32", "float32"):
            labels = {"what": "embedding", "INRs": n, "whose": "library", "precision": precision}
            yield Case(labels, lambda n=n, p=precision: _embedding(context, sizes, n, p), 2.0)


def _step(context: Context, sizes: dict, whose: str, precision: str) -> Row:
    mixed = precision == "mixed bfloat16"
    set_precision("TF32" if mixed else precision)
    forget_peak(context.device)
    run = (training if whose == "library" else PlainTraining)(sizes, context.device)
    seconds = median_seconds(lambda: run.step(mixed), context.device, _budget(context))
    flop = reference.flop_of_training(
        sizes["width"], DEPTH, sizes["hidden"], sizes["embedding"], sizes["decoder"],
        sizes["batch"], sizes["queries"],
    )  # fmt: skip
    rate = matrix_rate(context, "bfloat16" if mixed else precision)
    return {
        "ms": 1e3 * seconds,
        "a second": 1 / seconds,
        "queries a second": sizes["batch"] * sizes["queries"] / seconds,
        "plain TFLOP/s": flop / seconds / 1e12,
        "its share of matrix rate": share(flop / seconds, rate),
    } | peak_gib(context.device)


def _embedding(context: Context, sizes: dict, n: int, precision: str) -> Row:
    set_precision(precision)
    forget_peak(context.device)
    run = training(sizes, context.device)
    flat = run.flat[torch.arange(n, device=context.device) % len(run.flat)]
    seconds = median_seconds(
        lambda: embed(run.model.encoder, flat), context.device, _budget(context)
    )
    return {"ms": 1e3 * seconds, "a second": n / seconds} | peak_gib(context.device)


def _budget(context: Context) -> float:
    return 0.05 if context.tiny else 1.0
