"""Float32 matrix products at full speed: oneDNN on AMD's processors, TF32 on GPUs."""

import contextlib
import functools
import threading
from collections.abc import Iterator

import torch

_FINE = 1 + 2.0**-12  # a float32 that bfloat16 would round to 1
_lock, _users, _before = threading.Lock(), 0, "highest"


@contextlib.contextmanager
def fast_float32_products(device: torch.device, tf32: bool = False) -> Iterator[None]:
    """A context in which products of float32 matrices are faster, where they can be.

    On a processor they are as exact. torch hands them to MKL, which takes AVX2 on AMD's processors.
    oneDNN takes AVX-512, which is up to 2.2 times as fast, but needs some 20 us more for a product
    and 0.4 ms for a new size: for loops whose sizes repeat. torch hands float32 to oneDNN only
    where it allows bfloat16 inside, which oneDNN has for processors with AMX alone; they are left
    as they are. The setting is that of the whole process, until the last of all contexts ends.

    Args:
        device: where the loop computes.
        tf32: whether a GPU may round their factors to TF32; nothing changes for it otherwise.
    """
    global _users, _before
    with _lock:
        if device.type == "cuda":
            wanted, precision = tf32, "high"
        else:  # the probe sets precisions itself
            wanted, precision = device.type == "cpu" and onednn_is_faster(), "medium"
        if wanted and not _users:
            _before = torch.get_float32_matmul_precision()
            torch.set_float32_matmul_precision(precision)
        _users += wanted
    if not wanted:
        yield
        return
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                torch.set_float32_matmul_precision(_before)


@functools.cache
def onednn_is_faster() -> bool:
    """Whether oneDNN multiplies float32 faster here than MKL, and in float32."""
    has = torch.cpu.get_capabilities()
    if not has.get("cpu_name", "").startswith("AMD") or not has.get("avx512_f", False):
        return False
    return not has.get("amx_tile", False) and _exact_by_onednn()


def _exact_by_onednn() -> bool:
    """Whether "medium" leaves float32 products in float32, by a product that shows it."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        fine = torch.full((64, 64), _FINE)
        return torch.equal(fine @ torch.eye(64), fine)
    finally:
        torch.set_float32_matmul_precision(before)
