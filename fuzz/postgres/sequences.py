"""The database's sequences, and where each starts in every case: where its numbers are known for what they are."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection, sql
from psycopg.rows import TupleRow

_SEQUENCES = """
SELECT n.nspname, c.relname, s.seqmin, s.seqmax, s.seqincrement
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname <> %s
 ORDER BY n.nspname, c.relname
"""

_BLOCK, _OFFSET = 1_000_000, 618_000
"""Each sequence has a block to itself, but does not start at its beginning: a round number may well be an amount."""

_DRAWN = 20_000
"""More numbers than a case draws from one sequence."""

_NARROW = 200
"""How far apart sequences start that have no room for a block."""

_HIGH = 100_000
"""Lower numbers are met elsewhere, too."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence.

    Attributes:
        identifier: its qualified name.
        start: the first number that it hands out in a case.
        room: [low, high), the numbers that it does not leave in a case.
    """

    identifier: sql.Identifier
    start: int
    room: tuple[int, int]

    @property
    def is_telling(self) -> bool:
        """Whether its numbers are high enough not to be taken for anything else."""
        return self.start >= _HIGH


def read_sequences(connection: Connection[TupleRow], own_schema: str) -> tuple[Sequence, ...]:
    """Read the sequences of the database that a connection is to, but those in rowrace's own schema."""
    rows = connection.execute(_SEQUENCES, [own_schema]).fetchall()
    return tuple(
        _placed(sql.Identifier(schema, name), bounds, increment, number, len(rows) + 1)
        for number, (schema, name, *bounds, increment) in enumerate(rows, start=1)
    )


def _placed(identifier: sql.Identifier, bounds: list[int], increment: int, number: int, stride: int) -> Sequence:
    """A sequence in a block of its own: no other's number leaves the same remainder by the stride."""
    least, greatest = bounds
    below = max(0, least - 1)
    strides = -(-max(0, below - _OFFSET) // (stride * _BLOCK))
    start = (number + strides * stride) * _BLOCK + _OFFSET
    if start + _BLOCK <= greatest:
        return Sequence(identifier, start, (start, start + min(_DRAWN * abs(increment), _BLOCK - _OFFSET)))
    start = min(below + number * _NARROW, greatest)
    return Sequence(identifier, start, (start, start + _NARROW))
