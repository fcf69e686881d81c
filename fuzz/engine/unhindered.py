"""Which steps cannot have to wait for another session, so that no session's deadlock check need be over before them."""

from __future__ import annotations

from collections.abc import Iterable

from fuzz.engine.scheduled import Exchange
from fuzz.postgres.catalogue import Catalogue
from fuzz.statements import Statement, parse

_MAY_WAIT = "advisory"
"""What is in the name of each function of PostgreSQL's own that waits for other sessions."""


class Unhindered:
    """Tells it of a step that is about to be taken.

    Args:
        catalogue: what there is in the database.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        tables = catalogue.named
        self._ends = (
            {"ROLLBACK"} if any(t.defers or t.has_triggers for t in tables.values()) else {"ROLLBACK", "COMMIT"}
        )
        self._routines = bool(catalogue.routines)
        self._tables = frozenset(name for name, table in tables.items() if not table.has_heirs)

    def __call__(self, exchange: Exchange, before: Iterable[Exchange]) -> bool:
        """Whether a step cannot have to wait.

        A COMMIT can where constraints or triggers may be deferred. A SELECT that locks no rows waits only for who has
        locked the whole table.

        Args:
            exchange: the step.
            before: all that were taken before it.
        """
        if exchange.sql in self._ends:
            return True
        only_looks = not self._routines and self._only_looks(_statement(exchange))
        return only_looks and not any(map(_locks_tables, map(_statement, before)))

    def _only_looks(self, statement: Statement) -> bool:
        return (
            statement.known
            and statement.verb == "SELECT"
            and not statement.writes
            and not statement.locks
            and statement.reads <= self._tables  # a view may call functions
            and not any(_MAY_WAIT in name for name in statement.functions)
        )


def _statement(exchange: Exchange) -> Statement:
    return parse(exchange.sql, exchange.parameters is not None)


def _locks_tables(statement: Statement) -> bool:
    """Whether it may lock a table so that it cannot be read."""
    return (
        not statement.known
        or "ACCESS EXCLUSIVE MODE" in statement.locks.values()
        or any("TRUNCATE" in verbs for verbs in statement.writes.values())
    )
