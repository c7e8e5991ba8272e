"""Fits SIRENs with JAX, for `fit.py`: run by a Python that has JAX, which the project has not.

    python jax_fit.py WIDTH DEPTH QUERIES SECONDS      # prints INR-steps a second

`vmap` over INRs, `jit`, and all steps in one `fori_loop` on the device.
"""

import sys
import time
from functools import partial

import jax
import jax.numpy as jnp

OMEGA, LR, STORED = 30.0, 1e-4, 4


def layer_sizes(width, depth):
    return [(3, width), *[(width, width)] * (depth - 1), (width, 1)]


def init(key, width, depth):
    """SIREN's initialization: weights and biases of each layer."""
    layers = []
    for k, (n_in, n_out) in enumerate(layer_sizes(width, depth)):
        key, one, two = jax.random.split(key, 3)
        bound = 1 / n_in if k == 0 else (6 / n_in) ** 0.5 / OMEGA
        weight = jax.random.uniform(one, (n_in, n_out), minval=-bound, maxval=bound)
        layers.append((weight, jax.random.uniform(two, (n_out,), minval=-1, maxval=1) / n_in**0.5))
    return layers


def loss(layers, coords, labels):
    x = coords
    for weight, bias in layers[:-1]:
        x = jnp.sin(OMEGA * (x @ weight + bias))
    weight, bias = layers[-1]
    z = (x @ weight + bias)[:, 0]
    return jnp.mean(jnp.logaddexp(0, z) - labels * z)


def fit_one(queries, steps, layers, coords, labels):
    """Adam on one INR, `steps` of them."""

    def step(k, state):
        layers, mean, square = state
        start = k * queries % (STORED * queries)
        block = jax.lax.dynamic_slice_in_dim(coords, start, queries)
        g = jax.grad(loss)(layers, block, jax.lax.dynamic_slice_in_dim(labels, start, queries))
        mean = jax.tree.map(lambda m, x: 0.9 * m + 0.1 * x, mean, g)
        square = jax.tree.map(lambda s, x: 0.999 * s + 0.001 * x * x, square, g)
        first, second = 1 - 0.9 ** (k + 1.0), 1 - 0.999 ** (k + 1.0)
        layers = jax.tree.map(
            lambda p, m, s: p - LR * (m / first) / (jnp.sqrt(s / second) + 1e-8),
            layers, mean, square,
        )  # fmt: skip
        return layers, mean, square

    zeros = jax.tree.map(jnp.zeros_like, layers)
    return jax.lax.fori_loop(0, steps, step, (layers, zeros, zeros))[0]


def rate(width, depth, queries, seconds, at_once):
    """INR-steps a second with this many INRs at once."""
    keys = jax.random.split(jax.random.key(0), at_once)
    layers = jax.vmap(partial(init, width=width, depth=depth))(keys)
    coords = jax.random.uniform(jax.random.key(1), (at_once, STORED * queries, 3), minval=-1)
    labels = jax.random.uniform(jax.random.key(2), (at_once, STORED * queries))

    def timed(steps):
        run = jax.jit(jax.vmap(partial(fit_one, queries, steps)))
        compiled = run.lower(layers, coords, labels).compile()
        jax.block_until_ready(compiled(layers, coords, labels))
        started = time.perf_counter()
        jax.block_until_ready(compiled(layers, coords, labels))
        return time.perf_counter() - started

    one = timed(2) / 2
    steps = max(2, round(seconds / one))
    return at_once * steps / timed(steps)


def main():
    width, depth, queries = map(int, sys.argv[1:4])
    print(max(rate(width, depth, queries, float(sys.argv[4]), n) for n in (1, 4, 16)))


if __name__ == "__main__":
    main()
