"""Errors of the tool itself: no database, a bad target, a bad case file.

They never mix with violations, which are what the tool finds in a target (`fuzz.violations`). What makes a pass weaker
than it looks is a warning.
"""

from __future__ import annotations


class ToolError(Exception):
    """rowrace could not do its work; the command line prints it and exits with status 2.

    Args:
        problem: what happened, and which input did it.
        remedy: what to do next; one sentence.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}\n{self.remedy}" if self.remedy else self.problem


class WaitedInPython(UserWarning):
    """Sessions waited for each other in Python, as for a lock of a module: races that this hides are not looked for."""


class ServerError(ToolError):
    """No PostgreSQL to work on, or not one that serves."""


class TargetError(ToolError):
    """A target that cannot be found, imported, or used."""


class CaseError(ToolError):
    """A case file that cannot be read, or does not fit its target."""
