"""The long run of the fuzzing: some time for each kind of file (`make fuzz`).

PYTHONPATH=.:tests python -m fuzzing [--minutes 1] [--kinds .off .obj] [--first-seed 1000000]
"""

import argparse
import sys
import time
from pathlib import Path

from fuzzing.files import KINDS
from fuzzing.harness import FIELDS, faults

BATCH = 500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1, help="for each kind of file")
    parser.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    parser.add_argument("--first-seed", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, default=Path("results/fuzzing"))
    args = parser.parse_args()
    args.keep.mkdir(parents=True, exist_ok=True)
    number = 0
    for kind in args.kinds:
        end, seed, wrong = time.monotonic() + 60 * args.minutes, args.first_seed, 0
        while time.monotonic() < end:
            settings = FIELDS[seed // BATCH % len(FIELDS)]
            for bad, why in faults(args.keep, kind, range(seed, seed + BATCH), settings):
                wrong += 1
                print(f"  {args.keep / f'{bad}{kind}'}, field {settings.field}: {why}", flush=True)
            seed += BATCH
        print(f"{kind}: {seed - args.first_seed:,} files, {wrong} handled wrongly", flush=True)
        number += wrong
    return min(number, 1)


if __name__ == "__main__":
    sys.exit(main())
