"""The implementations that are compared: the plain reference and the library's."""

import time
from collections import deque
from collections.abc import Callable
from functools import partial

import alternatives
import numpy as np
import reference
import torch
import torch.nn.functional as F
from machine import limits, now_mib, peak_mib, synchronize
from scipy.spatial import cKDTree
from side_by_side import Contestant
from torch import nn

from inr2vec_core.encoders.inr2vec import Encoder as Inr2vecEncoder
from inr2vec_core.geometry.frames import normalize
from inr2vec_core.geometry.preprocessing import thinned
from inr2vec_core.geometry.queries import SCALE, QuerySampling, dequantize, sample_coordinates
from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.inrs.fit_many import fit_many
from inr2vec_core.inrs.fitting import FirstSteps, FitSettings
from inr2vec_core.inrs.precision import fit_precision
from inr2vec_core.inrs.siren import evaluate, initial_weights, rows
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.modalities._base import CLIP
from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.models.inr2vec import Inr2vec, embed
from inr2vec_core.shapes.procedural.classes import CLASSES
from inr2vec_core.shapes.procedural.generate import make_shape
from inr2vec_core.training.precision import autocast
from inr2vec_core.utils.float32_products import fast_float32_products

DEPTH, LR, SEED = 4, 1e-4, 0
COMPILED_AT_ONCE = (1, 4)
FAST = "products as ours"
UDF = modality("udf")


def repeated(call: Callable[[int], object], per_call: float, device: torch.device) -> Contestant:
    """Make a contestant from a function of a number of steps.

    Args:
        call: runs k steps; k is chosen by the time of a step.
        per_call: units of work of a step.
        device: the device that is waited for.
    """
    step_seconds: list[float] = []

    def timed(k: int) -> float:
        started = time.perf_counter()
        call(k)
        synchronize(device)
        return (time.perf_counter() - started) / k

    def contest(seconds: float) -> float:
        if not step_seconds:
            timed(1)  # compiles, allocates
            step_seconds.append(timed(1))
        return per_call / timed(max(1, round(seconds / step_seconds[0])))

    return contest


def within_fast_products(call: Callable, device: torch.device) -> Callable:
    """A function with products of float32 as the library takes them in its own loops."""

    def fast(*arguments):
        with fast_float32_products(device):
            return call(*arguments)

    return fast


def clouds(n: int) -> list[np.ndarray]:
    """Procedural clouds of 2,048 points, class after class."""
    made = []
    for i in range(n):
        mesh = make_shape(SEED, CLASSES[i % len(CLASSES)], i)
        rng = np.random.default_rng(i)
        made.append(normalize(thinned(Mesh(mesh.vertices, mesh.faces), 2048, rng)[0]))
    return made


def stored_queries(n: int, per_shape: int) -> torch.Tensor:
    """Quantized queries (n, per_shape, 4) of n clouds."""
    rng = np.random.default_rng(SEED)
    mix = QuerySampling()
    return torch.from_numpy(
        np.stack([UDF.sample_queries(CloudShape(c), per_shape, mix, rng) for c in clouds(n)])
    )


def start_weights(width: int, n: int) -> torch.Tensor:
    """The shared initial weights, repeated: (n, n_parameters)."""
    return torch.from_numpy(initial_weights(SirenConfig(width, DEPTH), SEED)).expand(n, -1).clone()


def fit_plain(stored: torch.Tensor, width: int, queries: int, device: torch.device, steps: int):
    coords, labels = (t.to(device) for t in dequantize(stored))
    flat = start_weights(width, len(stored)).to(device)
    return reference.fit(flat, coords, labels, width, DEPTH, steps, queries, LR)


def fit_compiled(
    stored: torch.Tensor, width: int, queries: int, device: torch.device, steps: int, *,
    at_once: int,
) -> torch.Tensor:  # fmt: skip
    coords, labels = (t.to(device) for t in dequantize(stored))
    flat = start_weights(width, len(stored)).to(device)
    return alternatives.fit_compiled(
        flat, coords, labels, width, DEPTH, steps, queries, LR, at_once
    )


def fit_ours(
    stored: torch.Tensor,
    width: int,
    queries: int,
    device: torch.device,
    steps: int,
    *,
    threads: int,
    precision: str,
) -> torch.Tensor:
    initial, offsets = start_weights(width, len(stored)), torch.zeros(len(stored), dtype=torch.long)
    fitted = fit_many(
        lambda rows: (initial[rows], stored[rows], offsets[rows]), len(stored),
        SirenConfig(width, DEPTH), FitSettings(steps, queries, LR, precision=precision), device,
        threads=threads,
    )  # fmt: skip
    return torch.stack([weights for _, weights, _ in fitted])


def fitting(
    width: int, queries: int, device: torch.device, precision: str, threads: int
) -> dict[str, Contestant]:
    """Contestants of fitting, in INR-steps, and the machine's limits: FLOP, sines, cosines.

    torch's compiler is given several numbers of INRs at once, with torch's own products and with
    those that the library takes; the library is given each precision.
    """
    torch.set_float32_matmul_precision(precision)
    n = reference.AT_ONCE
    stored = stored_queries(n, 4 * queries)
    one = partial(fit_ours, stored, width, queries, device, threads=threads)
    contestants = {"reference": partial(fit_plain, stored, width, queries, device)}
    for at_once in COMPILED_AT_ONCE:
        compiled = partial(fit_compiled, stored, width, queries, device, at_once=at_once)
        contestants[f"compiled {at_once}"] = compiled
        contestants[f"compiled {at_once}, {FAST}"] = within_fast_products(compiled, device)
    for kind in ("float32", "mixed", "bfloat16"):
        if fit_precision(kind, device) == kind:
            contestants[f"ours {kind}"] = partial(one, precision=kind)
    found: dict[str, float] = {}

    def limit(name: str, seconds: float) -> float:
        if name == "flops":
            with fast_float32_products(device):
                found.update(limits(device, min(seconds, 0.5)))
        return found[name]

    return {
        **{name: repeated(call, n, device) for name, call in contestants.items()},
        **{name: partial(limit, name) for name in ("flops", "sines", "cosines")},
    }


def fit_quality(
    which: str, width: int, queries: int, device: torch.device, precision: str, steps: int,
    threads: int,
) -> tuple[float, float]:  # fmt: skip
    """Fit INRs; return their mean loss on fixed queries, and the peak of added memory in MiB."""
    torch.set_num_threads(threads)
    torch.set_float32_matmul_precision(precision)
    n, per_shape = reference.AT_ONCE, 20 * queries
    stored = stored_queries(n, per_shape)
    test_queries = dequantize(stored[:, :: max(1, per_shape // 20_000)])
    ours = which.startswith("ours")
    fit = fit_plain
    if ours:
        fit = partial(fit_ours, threads=threads, precision=which.removeprefix("ours "))
    fit(stored[:1, :8], 8, 8, device, 1)  # libraries allocate memory once, which does not count
    before = now_mib(device)
    if ours:
        weights = fit(stored, width, queries, device, steps)
        outputs = [
            evaluate(w[None], c[None], SirenConfig(width, DEPTH))[0]
            for w, c in zip(weights, test_queries[0], strict=True)
        ]
        peak = peak_mib(device)
    else:
        torch.manual_seed(SEED)
        parameters = fit(stored, width, queries, device, steps)
        peak = peak_mib(device)
        parameters = [p.detach().cpu() for p in parameters]
        outputs = [
            reference.siren([p[i : i + 1] for p in parameters], c[None])[0]
            for i, c in enumerate(test_queries[0])
        ]
    loss = F.binary_cross_entropy_with_logits(torch.stack(list(outputs)), test_queries[1])
    return float(loss), peak - before


def few_steps(
    width: int, steps: int, queries: int, device: torch.device, threads: int
) -> dict[str, Contestant]:
    """Contestants of fitting from a learned start, in INRs: gradient descent alone.

    Args:
        width: of the INRs.
        steps: of gradient descent.
        queries: of each INR and step.
        device: where INRs are fitted.
        threads: threads that fit.
    """
    n = 64
    stored = stored_queries(n, steps * queries)
    coords, labels = (t.to(device) for t in dequantize(stored))
    coords, labels = coords.view(n, steps, queries, 3), labels.view(n, steps, queries)
    initial, offsets = start_weights(width, n), torch.zeros(n, dtype=torch.long)
    rates = torch.full_like(initial[0], 1e-2)

    def other(compiled: bool, at_once: int) -> Contestant:
        def call(k: int) -> None:
            for _ in range(k):
                for some in torch.arange(n).split(at_once):
                    alternatives.descend(
                        initial[some].to(device), rates.to(device), coords[some], labels[some],
                        width, DEPTH, compiled,
                    )  # fmt: skip

        return repeated(call, n, device)

    def ours(k: int) -> None:
        settings = FitSettings(0, precision=fit_precision("auto", device))
        first = FirstSteps(rates, steps, queries)
        for _ in range(k):
            fitted = fit_many(
                lambda rows: (initial[rows], stored[rows], offsets[rows]), n,
                SirenConfig(width, DEPTH), settings, device, threads=threads, first=first,
            )  # fmt: skip
            deque(fitted, maxlen=0)

    return {
        "reference": other(False, 16),
        "compiled": other(True, 4),
        "ours": repeated(ours, n, device),
    }


def _points(cloud: np.ndarray, rng: np.random.Generator, count: int) -> np.ndarray:
    return cloud[rng.integers(len(cloud), size=count)]


def sampling(per_shape: int, threads: int) -> dict[str, Contestant]:
    """Contestants of query sampling, in queries of the UDF."""
    (cloud,), mix = clouds(1), QuerySampling()
    cpu = torch.device("cpu")

    def plain(k: int) -> None:
        for i in range(k):
            rng = np.random.default_rng(i)
            surface = partial(_points, cloud, rng)
            coords = np.rint(sample_coordinates(surface, per_shape, mix, rng) * SCALE)
            distance, _ = cKDTree(cloud).query(
                coords / SCALE, distance_upper_bound=CLIP, workers=threads
            )
            label = 1 - np.minimum(distance, CLIP) / CLIP
            np.column_stack([coords, np.rint(label * SCALE)]).astype(np.int16)

    def ours(k: int) -> None:
        for i in range(k):
            UDF.sample_queries(CloudShape(cloud), per_shape, mix, np.random.default_rng(i))

    return {
        "reference": repeated(plain, per_shape, cpu),
        "ours": repeated(ours, per_shape, cpu),
    }


def training(
    sizes: dict, kind: str, device: torch.device, precision: str, threads: int
) -> dict[str, Contestant]:
    """Contestants of inr2vec's training, in steps, and of embedding, in INRs.

    Args:
        sizes: the sizes of the networks, as in `fit.TRAININGS`.
        kind: "float32", or "bfloat16" for all in mixed precision.
        device: the device to train on.
        precision: of matrix products in float32, as torch names it.
        threads: unused; set for the whole process.
    """
    torch.set_float32_matmul_precision(precision)
    torch.manual_seed(SEED)
    shape = SirenConfig(sizes["width"], DEPTH)
    hidden, embedding, decoder, b = (sizes[k] for k in ("hidden", "embedding", "decoder", "batch"))
    flat = start_weights(sizes["width"], b)
    flat = (flat + 0.01 * torch.randn_like(flat)).to(device)
    coords, labels = (t.to(device) for t in dequantize(stored_queries(b, sizes["queries"])))
    matrix = rows(flat, shape).contiguous()

    plain = reference.Plain(sizes["width"], hidden, embedding, decoder).to(device)
    compiled = torch.compile(
        reference.Plain(sizes["width"], hidden, embedding, decoder).to(device), dynamic=False
    )
    model = Inr2vec(
        Inr2vecEncoder(shape, hidden, embedding), ImplicitDecoder(embedding, decoder), shape, UDF
    ).to(device)

    def steps(network: nn.Module, loss: Callable, **kind_of_adam: bool) -> Callable[[int], None]:
        adam = torch.optim.AdamW(network.parameters(), lr=LR, **kind_of_adam)

        def some(k: int) -> None:
            network.train()
            for _ in range(k):
                with autocast(device, kind):
                    value = loss()
                adam.zero_grad(set_to_none=True)
                value.backward()
                adam.step()

        return some

    def embed_plain(k: int) -> None:
        plain.eval()
        with torch.no_grad():
            for _ in range(k):
                plain.encoder(matrix)

    def embed_ours(k: int) -> None:
        for _ in range(k):
            embed(model.encoder, flat)

    ours = steps(model, lambda: model.loss(flat, coords, labels), fused=True)
    contestants = {
        "reference": steps(plain, lambda: plain(matrix, coords, labels), foreach=True),
        "compiled": steps(compiled, lambda: compiled(matrix, coords, labels), fused=True),
        "ours": within_fast_products(ours, device),
    }
    found = {name: repeated(call, 1, device) for name, call in contestants.items()}
    if kind == "float32":
        found |= {
            "embed reference": repeated(embed_plain, b, device),
            "embed ours": repeated(embed_ours, b, device),
        }
    return found
