"""The kernels for float32 on the CPU, compiled by Numba: one thread each, the GIL released.

Sine and cosine come from one reduction of the argument and two short polynomials, which the
compiler vectorizes: several times as fast as torch's two calls, and within 1e-7 of them. That holds
for arguments up to some 1e5; beyond, where no INR is of any use, the values are meaningless. NaN
and infinity give NaN.
"""

import numpy as np
from numba import njit
from torch import Tensor

from inr2vec_core.ops.numba_jit import compiled

_f = np.float32


def view(tensor: Tensor) -> np.ndarray:
    """The tensor's memory as an array, which these kernels take."""
    return tensor.numpy()


# A product and a sum may become one instruction; nothing else may be reordered.
_compile = compiled(fastmath={"contract"})


@njit(inline="always", fastmath={"contract"})
def _sincos(x):
    """Cephes' single-precision sine and cosine: pi/2 in three parts, polynomials to pi/4."""
    turns = np.rint(x * _f(2 / np.pi))
    r = x - turns * _f(1.5703125)
    r = r - turns * _f(4.837512969970703125e-4)
    r = r - turns * _f(7.54978995489188e-8)
    quadrant = np.int32(turns)
    r2 = r * r
    odd = ((_f(-1.9515295891e-4) * r2 + _f(8.3321608736e-3)) * r2 + _f(-1.6666654611e-1)) * r2
    sine = odd * r + r
    even = (_f(2.443315711809948e-5) * r2 + _f(-1.388731625493765e-3)) * r2
    cosine = (even + _f(4.166664568298827e-2)) * r2 * r2 - _f(0.5) * r2 + _f(1)
    swap = (quadrant & 1) != 0
    a = cosine if swap else sine
    b = sine if swap else cosine
    return a * _f(1 - (quadrant & 2)), b * _f(1 - ((quadrant + 1) & 2))


@_compile
def first_layer(coords, weight, bias, sines, cosines):
    n_inrs, n, width = sines.shape
    for i in range(n_inrs):
        w = np.ascontiguousarray(weight[i].T)  # (3, width)
        w0, w1, w2, b = w[0], w[1], w[2], bias[i, 0]
        for q in range(n):
            x, y, z = coords[i, q, 0], coords[i, q, 1], coords[i, q, 2]
            sine, cosine = sines[i, q], cosines[i, q]
            for k in range(width):
                sine[k], cosine[k] = _sincos(x * w0[k] + y * w1[k] + z * w2[k] + b[k])


@_compile
def sine_cosine(cosines, bias, sines):
    n_inrs, n, width = sines.shape
    for i in range(n_inrs):
        b = bias[i, 0]
        for q in range(n):
            sine, cosine = sines[i, q], cosines[i, q]
            for k in range(width):
                sine[k], cosine[k] = _sincos(cosine[k] + b[k])


# A dot product is only vectorized where its sum may be taken in another order.
@compiled(fastmath={"contract", "reassoc"})
def head(sines, weight, bias, outputs):
    n_inrs, n, width = sines.shape
    for i in range(n_inrs):
        w = weight[i, 0]
        for q in range(n):
            sine, total = sines[i, q], _f(0)
            for k in range(width):
                total += sine[k] * w[k]
            outputs[i, q] = total + bias[i, 0, 0]


@_compile
def head_gradient(gradient, weight, sines, cosines, weight_grad, bias_grad):
    n_inrs, n, width = sines.shape
    for i in range(n_inrs):
        w, w_grad, b_grad = weight[i, 0], weight_grad[i, 0], bias_grad[i, 0]
        for q in range(n):
            g, sine, cosine = gradient[i, q], sines[i, q], cosines[i, q]
            for k in range(width):
                w_grad[k] += g * sine[k]
                delta = g * w[k] * cosine[k]
                cosine[k] = delta
                b_grad[k] += delta


@_compile
def hidden_gradient(upstream, cosines, bias_grad):
    n_inrs, n, width = cosines.shape
    for i in range(n_inrs):
        b_grad = bias_grad[i, 0]
        for q in range(n):
            up, cosine = upstream[i, q], cosines[i, q]
            for k in range(width):
                delta = up[k] * cosine[k]
                cosine[k] = delta
                b_grad[k] += delta


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
                delta = up[k] * cosine[k]
                s0[k] += delta * x
                s1[k] += delta * y
                s2[k] += delta * z
                s3[k] += delta
        weight_grad[i] += sums[:3].T
        bias_grad[i, 0] += s3


class Adam:
    """`torch.optim.Adam` without its overhead of a third of a millisecond a step."""

    def __init__(self, parameters: Tensor, lr: float, eps: float):
        self.arrays = parameters.numpy(), parameters.grad.numpy()
        self.averages = np.zeros((2, parameters.numel()), np.float32)
        self.lr, self.eps, self.steps = lr, eps, 0

    def step(self) -> None:
        self.steps += 1
        first, second = 1 - 0.9**self.steps, 1 - 0.999**self.steps
        _adam(*self.arrays, *self.averages, _f(self.lr / first), _f(second**-0.5), _f(self.eps))


adam = Adam


@_compile
def _adam(parameters, gradients, means, squares, rate, unbias, eps):
    for k in range(len(parameters)):
        g = gradients[k]
        mean = means[k] + _f(0.1) * (g - means[k])
        square = _f(0.999) * squares[k] + _f(0.001) * g * g
        means[k], squares[k] = mean, square
        parameters[k] -= rate * mean / (np.sqrt(square) * unbias + eps)
