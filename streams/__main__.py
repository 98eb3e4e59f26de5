"""The program: `resonanz`, or `python -m streams`.

`run` goes to the supervisor before anything else is imported, so that the watching process stays small and the
working one starts at once.
"""

import os
import sys

from streams.supervisor import SUPERVISED, supervise


def main() -> None:
    """Run a command, `run` under supervision."""
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # before numpy is imported: a process is one core
    arguments = sys.argv[1:]
    command = next((argument for argument in arguments if not argument.startswith("-")), None)
    if command == "run" and SUPERVISED not in os.environ:
        sys.exit(supervise([sys.executable, "-m", "streams", *arguments]))
    from streams.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
