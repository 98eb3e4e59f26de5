"""Every benchmark, one after the other: `python -m tests.bench [NAME…]`. Prints the machine and the day first."""

import importlib
import os
import pkgutil
import platform
import sys
from datetime import UTC, datetime

import tests.bench

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # before a benchmark imports numpy


def main() -> None:
    names = sys.argv[1:] or [m.name for m in pkgutil.iter_modules(tests.bench.__path__) if m.name[0] != "_"]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}")
    for name in names:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    main()
