"""Times the encoders of INR weights against the published one.

    python benchmarks/encoders.py            # [--threads 2] [--repeats 5] [--sizes 64 512]

A step is what differs between trainings: the encoder forward and back on 16 INRs, and AdamW.
Embedding is of INRs in evaluation mode. Encoders alternate; printed are medians.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from machine import describe, medians

from inr2vec_core.encoders import encoder_class
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.models.inr2vec import embed

BATCH = 16
# Of the paper's INRs and of small ones: width -> type -> what the encoder is made with.
ENCODERS = {
    64: {
        "inr2vec": {"hidden": [256, 256, 512, 512], "embedding": 512},
        "projected": {"hidden": [512], "embedding": 512},
    },
    512: {
        "inr2vec": {"hidden": [512, 512, 1024, 1024], "embedding": 1024},
        "projected": {"hidden": [512], "embedding": 1024},
    },
}


def stepper(encoder, flat):
    encoder.train()
    optimizer = torch.optim.AdamW(encoder.parameters(), fused=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        encoder(flat).square().mean().backward()
        optimizer.step()

    return step


def embedder(encoder, flat):
    encoder.eval()
    return lambda: embed(encoder, flat)


def rows(width, repeats):
    torch.manual_seed(0)
    shape = SirenConfig(width, 4)
    flat = torch.randn(BATCH, shape.n_parameters)
    encoders = {name: encoder_class(name)(shape, **made) for name, made in ENCODERS[width].items()}
    for what, make in (("a training step", stepper), ("embedding", embedder)):
        calls = {name: make(e, flat) for name, e in encoders.items()}
        for warm_up in calls.values():
            warm_up()
        found = medians(calls, repeats)
        for name, seconds in found.items():
            parameters = sum(p.numel() for p in encoders[name].parameters())
            yield (
                f"| {width} x 4 | {what} | {name} | {parameters:,} | {1e3 * seconds:.2f} | "
                f"{found['inr2vec'] / seconds:.2f} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", choices=ENCODERS, default=list(ENCODERS))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{describe(torch.device('cpu'))}, {options.threads} thread(s), batch {BATCH}")
    print("| INRs | what | encoder | parameters | ms | published / this |")
    print("|---|---|---|---|---|---|")
    for width in options.sizes:
        for row in rows(width, options.repeats):
            print(row, flush=True)


if __name__ == "__main__":
    main()
