from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from fuzz.engine.stage import Stage


@dataclass(slots=True)
class Executions:
    """How often a case has been run, serial orders and replays among it."""

    made: int = 0


@contextmanager
def counted_executions() -> Iterator[Executions]:
    """Within it, all executions in this process are counted."""
    executions = Executions()
    begin = Stage.begin

    def counted(stage: Stage, *arguments: Any) -> Any:
        executions.made += 1
        return begin(stage, *arguments)

    with patch.object(Stage, "begin", counted):
        yield executions
