"""Which line of the target's own code is about to send a statement."""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

_OWN_FOLDER = f"{Path(__file__).resolve().parents[1]}{os.sep}"
_PACKAGES = tuple({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
_LIBRARY = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")})
_BELOW = ("sqlalchemy", "psycopg", "psycopg2", "psycopg_pool", "asyncpg", "greenlet", "hypothesis", "oslo_db")
"""Installed packages that lie between a target and the server; any other may be the target."""

_OWN: dict[str, str | None] = {}
"""File -> its name if it is the target's own; a dictionary, as it is asked for at every statement."""


def calling_line() -> str:
    """The innermost line of the target's own code on the stack, as "file.py:line"; "" where there is none."""
    return line_of(sys._getframe(1))  # noqa: SLF001 - inspect.stack() reads every source file


def line_of(frame: FrameType | None) -> str:
    """The same for the stack that a frame is the innermost of."""
    while frame is not None:
        file = frame.f_code.co_filename
        name = _OWN[file] if file in _OWN else _remember(file)
        if name is not None:
            return f"{name}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def waiting_line(task: asyncio.Task[Any]) -> str:
    """The innermost line of the target's own code that a task waits in."""
    found = ""
    for frame in _awaiting(task):
        found = line_of(frame) or found
    return found


def waits_for_lock(task: asyncio.Task[Any]) -> bool:
    """Whether a task waits for a lock of asyncio."""
    return any(
        frame.f_code.co_name == "acquire" and isinstance(frame.f_locals.get("self"), asyncio.Lock)
        for frame in _awaiting(task)
    )


def _awaiting(task: asyncio.Task[Any]) -> Iterator[FrameType]:
    """The frames that a task waits in, the outermost first."""
    awaited: Any = task.get_coro()
    while awaited is not None:
        if (frame := getattr(awaited, "cr_frame", None)) is not None:
            yield frame
        awaited = getattr(awaited, "cr_await", None)


def _remember(file: str) -> str | None:
    _OWN[file] = _name(file)
    return _OWN[file]


def _name(file: str) -> str | None:
    """What to call a file, if it is the target's own: that of an installed package by its path there.

    Packages have an `__init__.py` in every folder, and name files after the library that they are written for.
    """
    if file.startswith(("<", _OWN_FOLDER)):
        return None
    for folder in _PACKAGES:
        if file.startswith(folder):
            path = Path(file).relative_to(folder)
            return None if path.parts[0] in _BELOW else path.as_posix()
    return None if file.startswith(_LIBRARY) else Path(file).name
