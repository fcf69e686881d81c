"""Exit statuses: errors of the tool are one message and status 2, never a traceback."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from typing import NoReturn

from fuzz.errors import ToolError
from fuzz.report.values import printable

FAULTY = 2
"""The exit status when the tool could not do its work; typer gives it for a wrong usage, too."""

_WORST_FIRST = (130, FAULTY, 1, 3, 0)


def worst(statuses: Iterable[int]) -> int:
    """The exit status of several jobs: interrupted, else could not work, else findings, else not judged, else 0."""
    return min(statuses, key=_WORST_FIRST.index, default=0)


def exit_with(program: Callable[[], object]) -> NoReturn:
    """Run a program of the command line and exit with its status.

    Args:
        program: exits by itself when all goes well.
    """
    try:
        program()
    except ToolError as error:
        print(f"rowrace: {printable(str(error))}", file=sys.stderr)
    except Exception:  # noqa: BLE001 - an error of ours: the traceback is for its report
        traceback.print_exc()
    sys.exit(FAULTY)
