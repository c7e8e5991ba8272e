"""Numba's compiler as all kernels use it: no GIL, machine code kept between runs where possible."""

from collections.abc import Callable

from numba import njit


def compiled(function: Callable | None = None, *, fastmath: set[str] | None = None) -> Callable:
    """A decorator. Which rewritings of arithmetic are allowed: LLVM's names in `fastmath`."""
    if function is None:
        return lambda f: compiled(f, fastmath=fastmath)
    options = {"nogil": True, "error_model": "numpy", "fastmath": fastmath or False}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # neither the checkout nor the home folder can be written to
        return njit(**options)(function)
