"""`python -m fuzz`, and the command `rowrace`.

Python hashes texts with a seed that is another one in each process, so that the order of a set of names or ids is, too:
where code goes through such a set, a case would not replay. The seed can only be given to a process that begins.
"""

from __future__ import annotations

import os
import sys

SEED = "PYTHONHASHSEED"


def main() -> None:
    """Begin again with the hash seed 0, unless one has been set; then run the command."""
    if SEED not in os.environ:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, SEED: "0"})  # noqa: S606 - no shell is needed
    from fuzz.cli import run_command  # noqa: PLC0415 - what it imports takes a second, and should do so once

    run_command()


if __name__ == "__main__":  # a worker process imports it under another name
    main()
