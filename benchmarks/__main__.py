"""`make bench`: runs every benchmark, or those that are named, as in `make bench ARGS="stitch plan"`."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time
from pathlib import Path


def main() -> None:
    here = Path(__file__).parent
    known = sorted(path.stem.removeprefix("bench_") for path in here.glob("bench_*.py"))
    chosen = sys.argv[1:] or known
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(unknown)} (known: {', '.join(known)})")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in chosen:
        print(f"\n== {name} ==", flush=True)
        begun = time.monotonic()
        importlib.import_module(f"benchmarks.bench_{name}").main()
        print(f"({time.monotonic() - begun:.0f} s)")


if __name__ == "__main__":
    main()
