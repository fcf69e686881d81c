"""Values with all ids alike: what is equal then in two outcomes may be the same but for a renaming."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from fuzz.outcomes.ids import Ids
from fuzz.outcomes.values import Row, Special, Value


def blank(value: Value, ids: Ids) -> Hashable:
    """A value without its ids, wherever in it they are."""
    if isinstance(value, tuple):
        if value[:1] == (Special.SET,):
            members = Counter(blank(member, ids) for member, count in value[1] for _ in range(count))
            return (Special.SET, frozenset(members.items()))
        return tuple(blank(item, ids) for item in value)
    if isinstance(value, frozenset):
        return frozenset(Counter((blank(key, ids), blank(item, ids)) for key, item in value).items())
    blanked = ids.blank(value)
    return value if blanked is None else blanked.hole


@dataclass(frozen=True, slots=True, eq=False)
class BlankRow:
    """A row, with and without its ids.

    Attributes:
        values: column -> value.
        blank: column -> value without ids.
        key: the primary key without ids; empty for a table without one.
    """

    values: Mapping[str, Value]
    blank: Mapping[str, Hashable]
    key: tuple[Hashable, ...]

    def differing(self, other: BlankRow) -> frozenset[str]:
        """The columns that would differ whatever the ids are."""
        names = self.blank.keys() | other.blank.keys()
        return frozenset(name for name in names if self.blank.get(name) != other.blank.get(name))

    def likeness(self, other: BlankRow) -> tuple[int, int]:
        """How many columns are the same, ids being alike, and how many even have the same ids."""
        return (
            sum(value == other.blank.get(name) for name, value in self.blank.items()),
            sum(value == other.values.get(name) for name, value in self.values.items()),
        )


def blank_row(row: Row, key: Sequence[str], ids: Ids) -> BlankRow:
    """A row, with and without its ids.

    Args:
        row: the row.
        key: its table's primary key's columns; where one has been left out, the rest serve.
        ids: recognises ids.
    """
    values = dict(row)
    blanked = {name: blank(value, ids) for name, value in values.items()}
    return BlankRow(values, blanked, tuple(blanked[column] for column in key if column in blanked))
