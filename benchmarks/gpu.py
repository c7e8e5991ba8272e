"""Measures everything worth knowing of the project on a GPU, in one run of so many minutes.

    python benchmarks/gpu.py --minutes 10                # on a machine with a GPU
    python benchmarks/gpu.py --device cpu --tiny         # whether it runs at all, without one

Each step is a process of its own with a share of the time. Tables are printed and the file is
written as rows come, so that a step that fails, or a machine that goes away, loses nothing.
"""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

# The library is read from the checkout, by this process and by those it starts.
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(HERE), os.environ.get("PYTHONPATH", "")])
# Asking whether there is a GPU must not touch it: steps are forked after that.
os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")

from gpu_steps import STEPS, Step
from gpu_steps.entry import machine_row, run_step
from gpu_steps.guard import METHODS, Outcome, guarded, preload
from gpu_steps.report import table, write_json

SOFT = 0.85  # of a step's time: nothing new is begun after it


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--minutes", type=float, default=10.0, help="of everything together")
    parser.add_argument("--tiny", action="store_true", help="sizes that a CPU does in seconds")
    parser.add_argument("--threads", type=int, help="CPU cores to use; all, or 1 with --tiny")
    names = [step.name for step in STEPS]
    parser.add_argument("--only", nargs="+", default=names, choices=names, metavar="STEP",
                        help=", ".join(names))  # fmt: skip
    parser.add_argument(
        "--data", type=Path, default=ROOT / "results" / "modelnet10.npz",
        help="clouds of pack_modelnet10.py; where there are none, made ones",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, default=ROOT / "results" / "gpu.json")
    options = parser.parse_args()
    if options.threads is None:
        options.threads = 1 if options.tiny else len(os.sched_getaffinity(0))
    return options


def run(step: Step, seconds: float, options: argparse.Namespace, found: dict, method: str) -> None:
    """One step, whose rows and outcome are added to `found["steps"]` and written."""
    entry: dict = {"number": step.number, "status": "at work", "rows": []}
    settings = {
        "device_name": options.device, "tiny": options.tiny, "threads": options.threads,
        "deadline": time.monotonic() + SOFT * seconds,
        "data": str(options.data) if options.data.exists() and not options.tiny else None,
        "earlier": {name: done["rows"] for name, done in found["steps"].items()},
    }  # fmt: skip
    found["steps"][step.name] = entry

    def keep(row: dict) -> None:
        entry["rows"].append(row)
        write_json(options.json, found)

    print(f"\n## {step.number}. {step.name}, at most {seconds:.0f} s\n", flush=True)
    outcome = guarded(run_step, (step.name, settings), seconds, keep, method)
    entry |= vars(outcome)
    write_json(options.json, found)
    print(table(entry["rows"]))
    print(f"\n{step.name}: {outcome.status}, {outcome.seconds:.1f} s", flush=True)
    if outcome.error:
        print(outcome.error)


def machine(options: argparse.Namespace) -> tuple[dict, Outcome, str]:
    """What the steps run on, whether that could be found out, and how processes start there."""
    for method in METHODS:
        rows: list[dict] = []
        outcome = guarded(machine_row, (options.device,), 60, rows.append, method)
        if outcome.status == "done":
            break
    return (rows[0] if rows else {}), outcome, method


def main() -> int:
    options = parse()
    # So that a step, which has a session of its own, does not outlive this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    end = time.monotonic() + 60 * options.minutes
    preload("gpu_steps.registry")
    about, outcome, method = machine(options)
    print(json.dumps(about), flush=True)
    if outcome.status != "done":
        print(f"{options.device} cannot be used: {outcome.error}", file=sys.stderr)
        return 2
    shown = {k: str(v) if isinstance(v, Path) else v for k, v in vars(options).items()}
    found: dict = {"machine": about | {"processes": method}, "options": shown, "steps": {}}
    chosen = [step for step in STEPS if step.name in options.only]
    for number, step in enumerate(chosen):
        shares = sum(other.share for other in chosen[number:])
        seconds = max(1.0, (end - time.monotonic()) * step.share / shares)
        run(step, seconds, options, found, method)
    bad = [name for name, entry in found["steps"].items() if entry["status"] != "done"]
    print(f"\nwritten: {options.json}")
    print(f"not done: {', '.join(bad)}" if bad else f"all {len(chosen)} steps done")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
