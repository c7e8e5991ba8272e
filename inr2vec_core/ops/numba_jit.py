"""Numba's compiler as all kernels use it: no GIL, machine code kept between runs where possible.

Numba keeps the machine code of a kernel until the kernel's own file changes. Who edits a helper
that other files inline (`parallel.load_row` and `round_bits`, `neighbors.k_smallest`) has to remove
`__pycache__`.
"""

from collections.abc import Callable

from numba import njit


def compiled(function: Callable | None = None, *, fastmath: set[str] | None = None) -> Callable:
    """Decorate a function as a kernel.

    Args:
        function: the function; None where the decorator is called with options.
        fastmath: names of LLVM's fast-math flags, which say how arithmetic may be rewritten.

    Returns:
        The compiled function, or the decorator where `function` is None.
    """
    if function is None:
        return lambda f: compiled(f, fastmath=fastmath)
    options = {"nogil": True, "error_model": "numpy", "fastmath": fastmath or False}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # neither the checkout nor the home folder can be written to
        return njit(**options)(function)
