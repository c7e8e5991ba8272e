"""Times meshes, voxels and clouds made from an INR and from a decoder, and their memory.

    python benchmarks/reconstruct.py            # [--networks 64x4 512x4 demo paper] [--threads 2]

Each network is fitted briefly to a sphere. Each case has a process of its own; its memory is what
its peak adds to the process as it was after the imports. The gradient by hand is compared with
autograd through `siren.evaluate`, in chunks of the same size. Only a machine with
nothing else to do gives a fair ratio.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from machine import describe, now_mib, peak_mib, seconds_per_call
from safetensors.torch import load_file, save_file
from side_by_side import in_own_process
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import normalize

from inr2vec_core.geometry.queries import SCALE
from inr2vec_core.inrs.fitting import FitSettings, fit
from inr2vec_core.inrs.neural_field import CPU_ELEMENTS, InrField
from inr2vec_core.inrs.siren import evaluate, initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.models.decoder_field import DecoderField
from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.reconstruction.extract import cloud_from_udf, mesh_from_sdf, voxels_from_occupancy

CPU, SEEDS = torch.device("cpu"), torch.Generator()
INRS = {"64x4": (SirenConfig(64, 4), 1e-3), "512x4": (SirenConfig(512, 4), 2e-4)}  # learning rate
DECODERS = {"demo": (256, 128), "paper": (1024, 512)}  # embedding, hidden
RADIUS, QUERIES, STEPS = 0.7, 1024, 80
sdf = modality("sdf").values
CASES = {  # what outputs mean, and what is made of the field
    "mesh 128^3": (sdf, lambda f: mesh_from_sdf(f, 128)),
    "voxels 64^3": (lambda o: torch.sigmoid(-o), lambda f: voxels_from_occupancy(f, 64)),
    "cloud 2,048": (lambda o: sdf(o).abs(), lambda f: cloud_from_udf(f, 2048, SEEDS)),
    "cloud 100,000": (lambda o: sdf(o).abs(), lambda f: cloud_from_udf(f, 100_000, SEEDS)),
}


def fitted(name, path):
    """Write a network whose field is roughly that of a sphere, after a few steps."""
    torch.manual_seed(0)
    points = torch.rand(QUERIES * STEPS, 3) * 2 - 1
    points[::2] = normalize(points[::2]) * (RADIUS + 0.05 * torch.randn(len(points) // 2, 1))
    labels = (points.norm(dim=1) - RADIUS).clamp(-0.1, 0.1) * 5 + 0.5
    if name in INRS:
        shape, lr = INRS[name]
        stored = (torch.cat([points, labels[:, None]], 1) * SCALE).round().to(torch.int16)[None]
        initial, start = torch.from_numpy(initial_weights(shape, 0)), torch.zeros(1).long()
        weights, _ = fit(initial[None], stored, shape, FitSettings(STEPS, QUERIES, lr), start)
        return save_file({"flat": weights[0]}, path)
    decoder, embedding = ImplicitDecoder(*DECODERS[name]), torch.randn(1, DECODERS[name][0])
    adam = torch.optim.Adam(decoder.parameters(), 1e-3)
    for p, label in zip(points.split(QUERIES), labels.split(QUERIES), strict=True):
        adam.zero_grad()
        bce(decoder(embedding, p[None])[0], label).backward()
        adam.step()
    return save_file({**decoder.state_dict(), "embedding": embedding[0]}, path)


def measured(name, case, path, threads):
    """Seconds of a case and the MiB that it adds; in a fresh process."""
    torch.set_num_threads(threads)
    before, started = now_mib(CPU), time.perf_counter()
    to_values, make = CASES[case]
    tensors = load_file(path)
    if name in INRS:
        field = InrField(tensors["flat"], INRS[name][0], to_values)
    else:
        embedding, decoder = tensors.pop("embedding"), ImplicitDecoder(*DECODERS[name])
        decoder.load_state_dict(tensors)
        field = DecoderField(decoder, embedding, to_values)
    make(field)
    return time.perf_counter() - started, peak_mib(CPU) - before


def gradients(name, path, threads):
    """Microseconds a point of autograd's values and gradients, and of those by hand."""
    torch.set_num_threads(threads)
    shape, flat = INRS[name][0], load_file(path)["flat"]
    most = CPU_ELEMENTS * threads // shape.width
    points = torch.rand(4 * most, 3) * 2 - 1

    def plain():
        for part in points.split(most):
            part = part.detach().requires_grad_()
            torch.autograd.grad(sdf(evaluate(flat[None], part[None], shape)).sum(), part)

    field = InrField(flat, shape, sdf)
    calls = plain, lambda: field.value_and_gradient(points)
    rounds = [[seconds_per_call(c, CPU, 0.4) for c in calls] for _ in range(4)]
    return [1e6 * min(times) / len(points) for times in zip(*rounds, strict=True)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--networks", nargs="+", default=[*INRS, *DECODERS])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    print(f"{describe(CPU)}, {options.threads} threads", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.networks:
            path = Path(folder, name)
            in_own_process(fitted, name, path)
            for case in CASES:
                seconds, mib = in_own_process(measured, name, case, path, options.threads)
                print(f"{name:6} {case:14} {seconds:7.2f} s {mib:6.0f} MiB", flush=True)
            for n in sorted({1, options.threads}) if name in INRS else ():
                plain, ours = in_own_process(gradients, name, path, n)
                times = f"{plain:.2f} us by autograd, {ours:.2f} by hand"
                print(f"{name:6} gradient, {n} threads: {times}, {plain / ours:.2f}", flush=True)


if __name__ == "__main__":
    main()
