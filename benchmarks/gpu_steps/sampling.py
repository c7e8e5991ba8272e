"""Step 4: whether sampling on the CPU cores keeps up with the card."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gpu_steps.context import Case, Context, Row
from gpu_steps.measure import share
from gpu_steps.sampler import process_pool, queries_of, sample_ahead
from gpu_steps.shapes import CLASSES, simple_cloud

STORED, FRESH = 600_000, 10_000  # queries of a shape: kept for its fit, drawn in a training step


def cases(context: Context) -> Iterator[Case]:
    """Threads as training has them and processes as fitting has, then what the card asks for."""
    rates: dict[str, float] = {}
    sizes = (2000, 500) if context.tiny else (STORED, FRESH)
    for purpose, per_shape in zip(("a fit", "a training step"), sizes, strict=True):
        for kind, measure in (("threads", _threads), ("processes", _processes)):
            if purpose == "a training step" and kind == "processes":
                continue  # the library draws them in threads
            for workers in sorted({1, context.threads}):
                labels = {
                    "queries of a shape": per_shape, "for": purpose, "by": f"{workers} {kind}"
                }  # fmt: skip

                def keep(m=measure, w=workers, p=per_shape, purpose=purpose) -> Row:
                    rate = m(context, w, p)
                    rates[purpose] = max(rate, rates.get(purpose, 0.0))
                    return {"queries a second": rate}

                yield Case(labels, keep, 1.0)
    yield from _verdicts(context, rates, sizes[0])


def _verdicts(context: Context, rates: dict[str, float], stored: int) -> Iterator[Case]:
    fits = context.known(
        "fitting", "INRs a second", what="whole fit", size="16x4" if context.tiny else "512x4"
    )
    trained = context.known(
        "training", "queries a second", what="training step", whose="library",
        precision="mixed bfloat16",
    )  # fmt: skip
    asked = {"a fit": fits and fits * stored, "a training step": trained}
    for purpose, card in asked.items():

        def verdict(purpose=purpose, card=card) -> Row:
            cores = rates.get(purpose)
            if not card or not cores:
                return {"note": "unknown: the card's own rate was not measured"}
            return {
                "queries a second": cores, "the card asks": card, "ratio": share(cores, card),
                "keeps up": cores >= card,
            }  # fmt: skip

        yield Case({"for": purpose, "by": "the best of these"}, verdict, 0.0)


def _clouds(n: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [simple_cloud(CLASSES[i % len(CLASSES)], 1024, rng) for i in range(n)]


def _rate(
    per_shape: int, workers: int, draw: Callable[[list[np.ndarray]], None], tiny: bool
) -> float:
    """Queries a second, of so many shapes that they last a second or less."""
    draw(_clouds(workers))  # starts the workers, compiles
    shapes = workers * (2 if tiny else max(2, 2_000_000 // per_shape))
    clouds = _clouds(shapes)
    started = time.perf_counter()
    draw(clouds)
    return shapes * per_shape / (time.perf_counter() - started)


def _threads(context: Context, workers: int, per_shape: int) -> float:
    with ThreadPoolExecutor(workers) as pool:

        def draw(clouds: list[np.ndarray]) -> None:
            for _ in pool.map(lambda cloud: queries_of(cloud, per_shape, 0), clouds):
                pass

        return _rate(per_shape, workers, draw, context.tiny)


def _processes(context: Context, workers: int, per_shape: int) -> float:
    with process_pool(workers) as pool:

        def draw(clouds: list[np.ndarray]) -> None:
            for _ in sample_ahead(pool, clouds, per_shape, 2 * workers):
                pass

        return _rate(per_shape, workers, draw, context.tiny)
