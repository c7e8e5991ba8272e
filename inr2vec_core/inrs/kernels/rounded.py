"""The kernels for products in bfloat16 on the CPU, compiled by Numba: one thread each, no GIL.

A bfloat16 is the upper half of a float32, rounded to nearest, ties to even. Arrays of them come as
uint16. Each kernel rounds what a product will read where it is made, without a further pass.

Sine and cosine come from one reduction to a turn and one polynomial each (minimax over half a turn
to both sides), without a branch on the quadrant: within 2e-6 of float64 for arguments up to 30,
plus 1e-7 of the argument beyond; a bfloat16 is 4e-3 near 1. NaN and infinity give NaN.
"""

import numpy as np
import torch
from numba import njit
from torch import Tensor

from inr2vec_core.inrs.kernels.compiled import adam, head
from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import round_bits

__all__ = ["adam", "first_gradient", "first_layer", "head", "head_gradient", "hidden_gradient",
           "last_sine_cosine", "sine_cosine", "view"]  # fmt: skip

_f, _u = np.float32, np.uint32


def view(tensor: Tensor) -> np.ndarray:
    """The tensor's memory as an array, which these kernels take."""
    return (tensor.view(torch.uint16) if tensor.dtype == torch.bfloat16 else tensor).numpy()


_compile = compiled(fastmath={"contract"})


@njit(inline="always")
def _rounded(x):
    return np.uint16(round_bits(_f(x).view(_u), _u(16), _u(0x7FFF), _u(1)))


@njit(inline="always")
def _widened(bits):
    return _u(_u(bits) << _u(16)).view(_f)


@njit(inline="always", fastmath={"contract"})
def _sincos(x):
    turns = x * _f(0.5 / np.pi)
    t = turns - np.rint(turns)
    s = t * t
    sine = _f(-12.32715279) * s + _f(41.24776513)
    sine = sine * s + _f(-76.59208982)
    sine = sine * s + _f(81.59772367)
    sine = sine * s + _f(-41.34150634)
    sine = (sine * s + _f(6.28318422)) * t
    cosine = _f(-21.08157332) * s + _f(58.79736397)
    cosine = cosine * s + _f(-85.27323858)
    cosine = cosine * s + _f(64.92882003)
    cosine = cosine * s + _f(-19.73898672)
    return sine, cosine * s + _f(0.99999927)


@_compile
def first_layer(coords, weight, bias, sines, kept, cosines):
    n_inrs, n, width = cosines.shape
    for i in range(n_inrs):
        w = np.ascontiguousarray(weight[i].T)  # (3, width)
        w0, w1, w2, b = w[0], w[1], w[2], bias[i, 0]
        for q in range(n):
            x, y, z = coords[i, q, 0], coords[i, q, 1], coords[i, q, 2]
            sine, rounded, cosine = sines[i, q], kept[i, q], cosines[i, q]
            for k in range(width):
                s, c = _sincos(x * w0[k] + y * w1[k] + z * w2[k] + b[k])
                sine[k], rounded[k], cosine[k] = s, _rounded(s), c


@_compile
def sine_cosine(cosines, bias, sines, kept):
    n_inrs, n, width = cosines.shape
    for i in range(n_inrs):
        b = bias[i, 0]
        for q in range(n):
            sine, rounded, cosine = sines[i, q], kept[i, q], cosines[i, q]
            for k in range(width):
                s, c = _sincos(cosine[k] + b[k])
                sine[k], rounded[k], cosine[k] = s, _rounded(s), c


@_compile
def last_sine_cosine(cosines, bias, sines):
    n_inrs, n, width = cosines.shape
    for i in range(n_inrs):
        b = bias[i, 0]
        for q in range(n):
            sine, cosine = sines[i, q], cosines[i, q]
            for k in range(width):
                sine[k], cosine[k] = _sincos(cosine[k] + b[k])


@_compile
def head_gradient(gradient, weight, sines, cosines, delta, weight_grad, bias_grad):
    n_inrs, n, width = sines.shape
    for i in range(n_inrs):
        w, w_grad, b_grad = weight[i, 0], weight_grad[i, 0], bias_grad[i, 0]
        for q in range(n):
            g, sine, cosine, out = gradient[i, q], sines[i, q], cosines[i, q], delta[i, q]
            for k in range(width):
                w_grad[k] += g * sine[k]
                d = g * w[k] * cosine[k]
                out[k] = _rounded(d)
                b_grad[k] += d


@_compile
def hidden_gradient(upstream, cosines, delta, bias_grad):
    n_inrs, n, width = cosines.shape
    for i in range(n_inrs):
        b_grad = bias_grad[i, 0]
        for q in range(n):
            up, cosine, out = upstream[i, q], cosines[i, q], delta[i, q]
            for k in range(width):
                d = _widened(up[k]) * cosine[k]
                out[k] = _rounded(d)
                b_grad[k] += d


@_compile
def first_gradient(upstream, cosines, coords, weight_grad, bias_grad):
    n_inrs, n, width = cosines.shape
    sums = np.empty((4, width), np.float32)
    s0, s1, s2, s3 = sums[0], sums[1], sums[2], sums[3]
    for i in range(n_inrs):
        sums[:] = 0
        for q in range(n):
            x, y, z = coords[i, q, 0], coords[i, q, 1], coords[i, q, 2]
            up, cosine = upstream[i, q], cosines[i, q]
            for k in range(width):
                d = _widened(up[k]) * cosine[k]
                s0[k] += d * x
                s1[k] += d * y
                s2[k] += d * z
                s3[k] += d
        weight_grad[i] += sums[:3].T
        bias_grad[i, 0] += s3
