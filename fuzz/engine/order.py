"""The order in which SQLAlchemy loads what it loads after a query: its own is that of addresses in memory.

`selectin` and `subquery` relationships of one class are loaded one after the other, each by a statement, and the
mapper keeps its properties in a set: a case would not replay in another process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

from sqlalchemy.orm import Mapper
from sqlalchemy.util import HasMemoized


class _InOrder(frozenset[Any]):
    """A set whose members come in the order they are given."""

    _members: tuple[Any, ...]

    def __new__(cls, members: Iterable[Any]) -> Self:
        given = tuple(members)
        made = super().__new__(cls, given)
        made._members = given
        return made

    def __iter__(self) -> Iterator[Any]:
        return iter(self._members)

    def intersection(self, *others: Iterable[Any]) -> _InOrder:
        """Those that are in all others, too, in the same order."""
        left = frozenset(self._members).intersection(*others)
        return _InOrder(each for each in self._members if each in left)


def load_in_order() -> None:
    """Have mappers load their properties in the order that these were configured in."""

    def _prop_set(mapper: Any) -> _InOrder:
        return _InOrder(mapper._props.values())  # noqa: SLF001 - a mapper's `attrs` configures all mappers

    patched: Any = Mapper
    patched._prop_set = HasMemoized.memoized_attribute(_prop_set)  # noqa: SLF001 - there is no public way
