"""A report's file, wherever the user wants it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fuzz.errors import ToolError


def prepare_file(path: Path) -> None:
    """Find out whether a file can be written, before there is anything to lose.

    Raises:
        ToolError: it cannot.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".rowrace-"):
            pass
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
    except OSError as error:
        raise _unwritable(path, error) from error


def write_file(path: Path, text: str) -> None:
    """Write a file.

    Raises:
        ToolError: it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> ToolError:
    return ToolError(f"{path} cannot be written: {error.strerror or error}.", "Free some space, or name another file.")
