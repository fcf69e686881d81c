"""The facts that a statement's text tells of what it does to tables."""

from __future__ import annotations

from dataclasses import dataclass

from pglast.enums import LockClauseStrength

from fuzz.statements.conditions import Condition
from fuzz.statements.constants import Constant

Given = tuple[tuple[str, Constant | None], ...]
"""A row that an INSERT gives: each column that it names, and the value, None where that is no constant."""


@dataclass(frozen=True, slots=True)
class Read:
    """It looks at those rows of a table that meet a condition."""

    table: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Wrote:
    """It may write rows of a table: INSERT, UPDATE, DELETE, TRUNCATE.

    Attributes:
        table: which.
        verb: what it does there.
        columns: those that an UPDATE sets.
        rows: those that an INSERT gives, one by one; None: they are not told.
    """

    table: str
    verb: str
    columns: tuple[str, ...] = ()
    rows: tuple[Given, ...] | None = None


@dataclass(frozen=True, slots=True)
class Locked:
    """It locks a table, or those rows of it that it selects."""

    table: str
    strength: str


@dataclass(frozen=True, slots=True)
class Called:
    """It calls a function."""

    name: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """It does not wait for locks."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """It may touch anything: its text does not tell."""


@dataclass(frozen=True, slots=True)
class Defined:
    """It makes, changes or drops a table, a view, a sequence or an index; "": something else that a database has."""

    name: str


@dataclass(frozen=True, slots=True)
class Temporary:
    """It makes, changes or drops a temporary table, view or sequence, which is there for its connection alone."""

    name: str


Fact = Read | Wrote | Locked | Called | Skipped | Opaque | Defined | Temporary

STRENGTHS = {
    LockClauseStrength.LCS_FORKEYSHARE: "FOR KEY SHARE",
    LockClauseStrength.LCS_FORSHARE: "FOR SHARE",
    LockClauseStrength.LCS_FORNOKEYUPDATE: "FOR NO KEY UPDATE",
    LockClauseStrength.LCS_FORUPDATE: "FOR UPDATE",
}
"""Locks of rows, the weakest first."""

MODES = {
    number: f"{name} MODE"
    for number, name in enumerate(
        (
            "ACCESS SHARE",
            "ROW SHARE",
            "ROW EXCLUSIVE",
            "SHARE UPDATE EXCLUSIVE",
            "SHARE",
            "SHARE ROW EXCLUSIVE",
            "EXCLUSIVE",
            "ACCESS EXCLUSIVE",
        ),
        1,
    )
}
"""Locks of tables, the weakest first."""
