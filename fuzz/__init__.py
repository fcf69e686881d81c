"""rowrace: a property-based concurrency fuzzer for SQLAlchemy code on PostgreSQL."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fuzz.api import check, replay, state_machine
    from fuzz.case import Call, Case
    from fuzz.errors import WaitedInPython
    from fuzz.target import Target, invariant, operation

__all__ = ["Call", "Case", "Target", "WaitedInPython", "check", "invariant", "operation", "replay", "state_machine"]

_HOMES = {
    **dict.fromkeys(("check", "replay", "state_machine"), "fuzz.api"),
    **dict.fromkeys(("Call", "Case"), "fuzz.case"),
    "WaitedInPython": "fuzz.errors",
    **dict.fromkeys(("Target", "invariant", "operation"), "fuzz.target"),
}


def __getattr__(name: str) -> object:
    """Import what is asked for only then: `python -m fuzz` has something to do before SQLAlchemy is imported."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
