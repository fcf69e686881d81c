"""Which rows of a table a condition can be about: found by an equality in it, so that not each must be looked at.

A long history has as many rows as statements; to hold each against each would take their product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from fuzz.accesses.versions import Chain
from fuzz.statements import Condition
from fuzz.statements.alike import Class, class_of
from fuzz.statements.conditions import All, Compared, Either, Quantified


@dataclass(slots=True)
class _Column:
    """The rows of a table by the values that a column has had in any of their states.

    Attributes:
        classes: class -> its rows.
        kinds: kind -> all rows with values of that kind.
        others: rows with values that are in no class.
    """

    classes: defaultdict[Class, list[Chain]] = field(default_factory=lambda: defaultdict(list))
    kinds: defaultdict[str, list[Chain]] = field(default_factory=lambda: defaultdict(list))
    others: list[Chain] = field(default_factory=list)

    def equal_to(self, constant: Any) -> list[Chain] | None:
        """The rows that may have had a value equal to a constant; None: any."""
        asked = class_of(constant)
        if asked is None:
            return None
        strangers = (rows for kind, rows in self.kinds.items() if kind != asked[0])
        return [*self.classes.get(asked, ()), *chain.from_iterable(strangers), *self.others]


class Narrowing:
    """Chooses among the rows of one table.

    Args:
        chains: all its rows.
    """

    def __init__(self, chains: Sequence[Chain]) -> None:
        self._chains = chains
        self._columns: dict[str, _Column] = {}

    def __call__(self, condition: Condition | None, parameters: Any) -> Iterable[Chain]:
        """The rows that may meet a condition in any of their states; more, where that cannot be told at once.

        Args:
            condition: of a statement; None: nothing is known of it.
            parameters: the statement's.
        """
        if len(self._chains) == 1 or condition is None:
            return self._chains
        found = self._rows(condition, parameters)
        return self._chains if found is None else {id(one): one for one in found}.values()

    def _rows(self, condition: Condition, parameters: Any) -> list[Chain] | None:
        match condition:
            case All(parts):
                found = [rows for part in parts if (rows := self._rows(part, parameters)) is not None]
                return min(found, key=len, default=None)
            case Either(parts):
                return _all(self._rows(part, parameters) for part in parts)
            case Compared(column, "=", constant):
                return self._column(column.name).equal_to(constant.value(parameters))
            case Quantified(column, "=", array, every=False):
                elements = array.elements(parameters)
                return None if elements is None else _all(map(self._column(column.name).equal_to, elements))
            case _:
                return None

    def _column(self, name: str) -> _Column:
        if name not in self._columns:
            self._columns[name] = _column(self._chains, name)
        return self._columns[name]


def _all(found: Iterable[list[Chain] | None]) -> list[Chain] | None:
    """All rows of some lists; None where one of them is of any rows."""
    each = list(found)
    return None if None in each else [one for rows in each for one in rows or ()]


def _column(chains: Iterable[Chain], name: str) -> _Column:
    column = _Column()
    for one in chains:
        rows = [state.row for state in one.states if state.row is not None]
        classes = {class_of(row[name]) if name in row else None for row in rows if row.get(name, 0) is not None}
        for each in classes:
            (column.others if each is None else column.classes[each]).append(one)
        for kind in {each[0] for each in classes if each is not None}:
            column.kinds[kind].append(one)
    return column
