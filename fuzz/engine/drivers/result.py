"""What a driver other than psycopg 3 got for a statement, in the form that libpq has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from psycopg import ProgrammingError
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus

Origin = tuple[str, int, int]
"""A column: its name, the oid of the table that it comes from (0: from none), and its number there."""


class PlainResult:
    """The part of `psycopg.pq.PGresult` that a history is written from; attributes and methods as there.

    Args:
        tag: PostgreSQL's command tag.
        columns: of the result; none where the statement gives no rows.
        rows: Python values, made to texts when they are asked for.
    """

    def __init__(self, tag: str, columns: Sequence[Origin], rows: Callable[[], Sequence[Sequence[Any]]]) -> None:
        self._columns = columns
        self._rows = rows() if columns else ()
        self.status = ExecStatus.TUPLES_OK if columns else ExecStatus.COMMAND_OK
        self.command_status = tag.encode()
        self.nfields = len(columns)
        self.ntuples = len(self._rows)

    def fname(self, column: int) -> bytes:
        """A column's name."""
        return self._columns[column][0].encode()

    def ftable(self, column: int) -> int:
        """The oid of a column's table."""
        return self._columns[column][1]

    def ftablecol(self, column: int) -> int:
        """A column's number in its table."""
        return self._columns[column][2]

    def fformat(self, _column: int) -> int:
        """Whether a column's values are binary: none is."""
        return 0

    def get_value(self, row: int, column: int) -> bytes | None:
        """A value as PostgreSQL's text."""
        value = self._rows[row][column]
        return None if value is None else _text(value)


def _text(value: Any) -> bytes:
    match value:
        case bool():
            return b"t" if value else b"f"
        case datetime() | date() | time():
            return str(value).removesuffix(":00" if str(value)[-6:-5] in {"+", "-"} else "").encode()
        case dict():
            return json.dumps(value).encode()
        case bytes() | memoryview():
            return b"\\x" + bytes(value).hex().encode()
        case _:
            return _dumped(value)


def _dumped(value: Any) -> bytes:
    try:
        return bytes(Transformer().get_dumper(value, PyFormat.TEXT).dump(value) or b"")
    except ProgrammingError:  # a type of the driver's own
        return str(value).encode()
