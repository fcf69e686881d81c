"""The command line: errors of the tool are one message and exit status 2, never a traceback."""

from __future__ import annotations

import sys
import traceback

from fuzz.cli.app import app
from fuzz.errors import ToolError
from fuzz.report.values import printable

FAULTY = 2
"""The exit status when the tool could not do its work; typer gives it for a wrong usage, too."""


def main() -> None:
    """The entry point of `rowrace` and `python -m fuzz`: runs a command and exits with its status."""
    try:
        app(prog_name="rowrace")
    except ToolError as error:
        print(f"rowrace: {printable(str(error))}", file=sys.stderr)
    except Exception:  # noqa: BLE001 - an error of ours: the traceback is for its report
        traceback.print_exc()
    sys.exit(FAULTY)
