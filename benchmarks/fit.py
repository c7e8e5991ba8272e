"""Times fitting, sampling and training side by side with a plain implementation.

    python benchmarks/fit.py                 # everything, some 20 minutes on two cores
    python benchmarks/fit.py --only fitting --cases 64x1024 --repeats 5
    python benchmarks/fit.py --device cuda --precision high

The reference (`reference.py`) and ours alternate in the same processes, with the machine's own
limits measured in between. In fitting each takes the better of one process with all threads and
one process per core; both are printed. What the figures mean: docs/performance.md.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

# The library is read from the checkout, by this process and by those it starts.
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])

import contestants
import pandas as pd
import reference
import torch
from machine import describe
from side_by_side import Mode, in_own_process, median, modes, rates

from inr2vec_core.inrs.precision import fit_precision
from inr2vec_core.utils.bfloat16 import has_bfloat16

FITTINGS = {"64x1024": (64, 1024, 500), "128x2048": (128, 2048, 150), "512x10000": (512, 10_000, 5)}
LIMITS = ("flops", "sines", "cosines")
TRAININGS = {
    "paper": {"width": 512, "hidden": [512, 512, 1024, 1024], "embedding": 1024, "decoder": 512,
              "batch": 16, "queries": 10_000},
    "demo": {"width": 64, "hidden": [256] * 4, "embedding": 256, "decoder": 128,
             "batch": 8, "queries": 256},
}  # fmt: skip


def best(rows_by_mode: dict[Mode, list[dict]], name: str) -> tuple[Mode, float]:
    """The mode in which a contestant has its highest median rate, and that rate."""
    return max(
        ((mode, median(rows, name)) for mode, rows in rows_by_mode.items()), key=lambda p: p[1]
    )


def fitting_row(case: str, device: torch.device, options: argparse.Namespace) -> dict:
    """One case of fitting: rates, bound, quality and memory.

    Every contestant counts in its better mode. `ratio` is of the precision that `auto` chooses to
    the best alternative, `ratio float32` that of float32.
    """
    width, queries, steps = FITTINGS[case]
    arguments = (width, queries, device, options.precision)
    found = {
        mode: rates(mode, contestants.fitting, arguments, options.repeats, options.seconds)
        for mode in modes(device, options.threads)
    }
    names = [name for name in next(iter(found.values()))[0] if name not in LIMITS]
    modes_of, best_rates = zip(*(best(found, name) for name in names), strict=True)
    by_name, mode_of = (
        dict(zip(names, best_rates, strict=True)),
        dict(zip(names, modes_of, strict=True)),
    )
    if options.jax:
        by_name["jax"] = jax_rate(options.jax, width, queries, options)
    chosen = f"ours {fit_precision('auto', device)}"
    others = {name: rate for name, rate in by_name.items() if not name.startswith("ours")}
    with_ours = max(rate for name, rate in others.items() if name.endswith(contestants.FAST))
    others = {name: rate for name, rate in others.items() if not name.endswith(contestants.FAST)}
    strongest = max(others, key=others.get)
    row: dict = {"case": case}
    row |= {f"{name} ms": 1e3 / rate for name, rate in by_name.items()}
    row |= {f"{name} mode": str(mode) for name, mode in mode_of.items()}
    row |= {
        "strongest alternative": strongest,
        "chosen": chosen,
        "ratio": by_name[chosen] / others[strongest],
        "ratio float32": by_name["ours float32"] / others[strongest],
        f"ratio to torch's compiler with {contestants.FAST}": by_name[chosen] / with_ours,
        "ratio to plain": by_name[chosen] / others["reference"],
    }
    row |= bounds(case, found[mode_of["ours float32"]], by_name["ours float32"])
    for name in dict.fromkeys(["reference", "ours float32", chosen]):
        row[f"{name} loss"], row[f"{name} MiB"] = in_own_process(
            contestants.fit_quality, name, *arguments,
            options.quality_steps or steps, options.threads,
        )  # fmt: skip
    row["loss ratio"] = row[f"{chosen} loss"] / row["reference loss"]
    return row


def bounds(case: str, rows: list[dict], rate: float) -> dict:
    """How near float32 is to the machine's limits in matrix products, sines and cosines."""
    width, queries, _ = FITTINGS[case]
    flop = reference.flop_of_a_step(width, contestants.DEPTH, queries)
    sines = reference.sines_of_a_step(width, contestants.DEPTH, queries)
    limit = {name: median(rows, name) for name in LIMITS}
    bound = flop / limit["flops"] + sines / limit["sines"] + sines / limit["cosines"]
    return {
        "GFLOP/s": flop * rate / 1e9,
        "matrix GFLOP/s": limit["flops"] / 1e9,
        "share of matrix rate": flop * rate / limit["flops"],
        "bound ms": 1e3 * bound,
        "share of bound": bound * rate,
    }


def jax_rate(python: str, width: int, queries: int, options: argparse.Namespace) -> float:
    """The best rate of several runs of `jax_fit.py`, which takes all cores."""
    command = [
        python,
        ROOT / "benchmarks/jax_fit.py",
        *map(str, (width, contestants.DEPTH, queries, options.seconds)),
    ]
    runs = [
        subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
        for _ in range(options.repeats)
    ]
    return max(map(float, runs))


def pair_rows(found: list[dict], what: str, unit: str) -> list[dict]:
    """Rows of contestants: `reference`, `compiled` if any, and `ours`, with a prefix or without.

    The ratio is to the better of the others.
    """
    rows = []
    for prefix in sorted({name.removesuffix("ours") for name in found[0] if name.endswith("ours")}):
        kinds = [kind for kind in ("reference", "compiled", "ours") if prefix + kind in found[0]]
        figures = {kind: median(found, prefix + kind) for kind in kinds}
        best_other = max(rate for kind, rate in figures.items() if kind != "ours")
        rows.append(
            {"what": f"{prefix}{what}".strip(), "unit": unit}
            | figures | {"ratio": figures["ours"] / best_other}
        )  # fmt: skip
    return rows


def other_rows(device: torch.device, options: argparse.Namespace) -> list[dict]:
    """Fits in few steps, sampling, training and embedding, each in one process."""
    rows = []
    if "few" in options.only:
        found = rates(
            Mode(1, 1), contestants.few_steps, (64, 5, 512, device), options.repeats,
            options.seconds,
        )  # fmt: skip
        rows += pair_rows(found, "INRs of 64 x 4 in 5 steps of 512 queries", "a second and core")
    if "sampling" in options.only:
        one = Mode(1, 1)
        for n in (20_000, 600_000):
            found = rates(one, contestants.sampling, (n,), options.repeats, options.seconds)
            rows += pair_rows(found, f"UDF queries, {n} of a shape", "a second and core")
    if "training" in options.only:
        for name, kind in itertools.product(options.trainings, ("float32", "bfloat16")):
            if kind == "bfloat16" and not has_bfloat16(device):
                continue
            found = rates(
                Mode(1, options.train_threads), contestants.training,
                (TRAININGS[name], kind, device, options.precision), options.repeats,
                options.seconds,
            )  # fmt: skip
            rows += pair_rows(found, f"inr2vec, {name}, {kind}", "steps or INRs a second")
    return rows


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="cores to use")
    parser.add_argument(
        "--precision", default="highest", choices=["highest", "high", "medium"],
        help="of matrix products in both, as torch names it: float32, TF32, bfloat16",
    )  # fmt: skip
    parser.add_argument("--jax", metavar="PYTHON", help="a Python that has JAX, to compare with")
    parser.add_argument("--train-threads", type=int, default=1, help="of a training, as in config")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each contestant and repeat")
    parser.add_argument("--quality-steps", type=int, help="steps before losses are compared")
    parts = ["fitting", "few", "sampling", "training"]
    parser.add_argument("--only", nargs="+", default=parts, choices=parts)
    parser.add_argument("--cases", nargs="*", default=list(FITTINGS), choices=list(FITTINGS))
    parser.add_argument("--trainings", nargs="*", default=list(TRAININGS), choices=list(TRAININGS))
    parser.add_argument("--json", type=Path, default=ROOT / "results" / "performance.json")
    return parser.parse_args()


def main() -> None:
    options = parse()
    device = torch.device(options.device)
    heading = {
        "machine": describe(device), "threads": options.threads, "torch": torch.__version__,
        "precision": options.precision, "repeats": options.repeats,
    }  # fmt: skip
    print(", ".join(f"{key} {value}" for key, value in heading.items()), flush=True)
    fittings = []
    for case in options.cases if "fitting" in options.only else []:
        fittings.append(fitting_row(case, device, options))
        print("\n" + pd.Series(fittings[-1]).to_string(float_format="{:.4g}".format), flush=True)
    others = other_rows(device, options)
    if others:
        print("\n" + pd.DataFrame(others).to_string(index=False, float_format="{:.4g}".format))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(
        json.dumps(heading | {"fitting": fittings, "other": others}, indent=1) + "\n",
        encoding="utf-8",
    )
    print(f"\nwritten: {options.json}")


if __name__ == "__main__":
    main()
