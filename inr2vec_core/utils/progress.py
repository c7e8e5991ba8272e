"""Progress of long loops: a bar with a rate on a terminal, lines in a log elsewhere."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
LOG_EVERY = 10.0  # seconds
_log = logging.getLogger(__name__)


def track(
    items: Iterable[T], label: str, total: int | None = None, unit: str = "it", first: int = 0
) -> Iterator[T]:
    """Yield the items and show how many are done.

    Args:
        items: what to iterate over.
        label: names the loop.
        total: number of items; that of `items` where None.
        unit: names an item.
        first: items that were done before, in a resumed run.

    Yields:
        The items.
    """
    if total is None and hasattr(items, "__len__"):
        total = len(items)
    bar = tqdm(
        items,
        label,
        total,
        initial=first,
        unit=unit,
        file=sys.stderr,
        mininterval=0.5,
        disable=not sys.stderr.isatty(),
        leave=False,
        dynamic_ncols=True,
    )
    started = logged = time.monotonic()
    done = first
    for item in bar:
        yield item
        done += 1
        now = time.monotonic()
        if now - logged > LOG_EVERY or done == total:
            logged = now
            rate = (done - first) / max(now - started, 1e-9)
            _log.info("%s: %d of %s, %.3g %s/s", label, done, total, rate, unit)
