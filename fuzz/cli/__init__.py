"""The command line."""

from __future__ import annotations

from fuzz.cli.app import app
from fuzz.cli.status import exit_with


def run_command() -> None:
    """Runs a command and exits with its status."""
    exit_with(lambda: app(prog_name="rowrace"))
