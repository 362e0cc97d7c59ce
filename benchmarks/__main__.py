"""``make bench``: every measurement in a fresh process of its own, with what it is compared to beside it."""

from __future__ import annotations

import json
import subprocess
import sys

NAMES = ("payments", "orders", "pages", "kassenbuch", "xfinanz", "collecting postgres", "collecting sqlite")


def main() -> int:
    print(f"{'what':44} {'ours':>14} {'plain':>14} {'ratio':>7}  compared to")
    for name in NAMES:
        done = subprocess.run(
            [sys.executable, "-m", *f"benchmarks.{name}".split()], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"{name} failed:\n{done.stderr[-3000:]}")
            return 1
        for row in json.loads(done.stdout.splitlines()[-1]):
            ours, plain = f"{row['ours']:.1f} {row['unit']}", f"{row['plain']:.1f} {row['unit']}"
            print(f"{row['what']:44} {ours:>14} {plain:>14} {row['ratio']:7.2f}  {row['against']}")
    print("\nratio: time of ours ÷ time of the plain way; both measured in turn in the same process, median of rounds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
