"""What a step may have to do with locks, as its text tells: whether it may wait, and when it may set others free."""

from __future__ import annotations

from fuzz.engine.scheduled import Exchange
from fuzz.postgres.catalogue import Catalogue
from fuzz.statements import Statement, parse

_ADVISORY = "advisory"
"""What is in the name of each function of PostgreSQL's own that waits for other sessions, or sets them free."""


_ENDS = frozenset({"ROLLBACK", "COMMIT"})


class Locking:
    """Tells it of a step that is about to be taken.

    Args:
        catalogue: what there is in the database.
        unseen: whether the target sends statements that are no steps.
    """

    def __init__(self, catalogue: Catalogue, *, unseen: bool) -> None:
        tables = catalogue.named.values()
        self._ends = {"ROLLBACK"} if any(table.defers or table.has_triggers for table in tables) else _ENDS
        self._unseen = unseen or bool(catalogue.routines)
        self._tables = frozenset(table.name for table in tables if not table.has_heirs)

    def may_wait(self, exchange: Exchange, *, tables_locked: bool) -> bool:
        """Whether a step may have to wait for another session.

        A COMMIT may where constraints or triggers may be deferred. A SELECT that locks no rows waits only for who has
        locked the whole table.

        Args:
            exchange: the step.
            tables_locked: whether a step has been taken before that may have done so.
        """
        if exchange.sql in self._ends:
            return False
        return tables_locked or self._unseen or not self._only_looks(_statement(exchange))

    def locks_tables(self, exchange: Exchange) -> bool:
        """Whether a step may lock a table so that it cannot be read."""
        statement = _statement(exchange)
        return (
            not statement.known
            or "ACCESS EXCLUSIVE MODE" in statement.locks.values()
            or any("TRUNCATE" in verbs for verbs in statement.writes.values())
        )

    def frees_midway(self, exchange: Exchange) -> bool:
        """Whether a step may give up locks and then go on: several statements in one, functions, procedures may."""
        statement = _statement(exchange)
        return self._unseen or not statement.known or "; " in statement.shape or _calls_advisory(statement)

    def _only_looks(self, statement: Statement) -> bool:
        return (
            statement.known
            and statement.verb == "SELECT"
            and not statement.writes
            and not statement.locks
            and statement.reads <= self._tables  # a view may call functions
            and not _calls_advisory(statement)
        )


def _statement(exchange: Exchange) -> Statement:
    return parse(exchange.sql, exchange.parameters is not None)


def _calls_advisory(statement: Statement) -> bool:
    return any(_ADVISORY in name for name in statement.functions)
