"""Which rows of a table a condition can be about: found by an equality in it, so that not each must be looked at.

A long history has as many rows as statements; to hold each against each would take their product.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from fuzz.accesses.versions import Chain
from fuzz.statements import Condition
from fuzz.statements.conditions import All, Compared, Either, Quantified
from fuzz.statements.values import DIFFERENT, Loose, order

_EXACT_INTEGERS = 2**53
_IS_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IS_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_STRANGER = Loose("\x01")
"""A text that is no number, moment, address: what is certainly different from it is none of these either."""

_Class = tuple[str, Hashable]
"""Values of one kind that may be equal: a value can be equal to a constant of its kind only if their classes are."""


@dataclass(slots=True)
class _Column:
    """The rows of a table by the values that a column has had in any of their states.

    Attributes:
        classes: class -> its rows.
        kinds: kind -> all rows with values of that kind.
        others: rows with values that are in no class.
    """

    classes: defaultdict[_Class, list[Chain]] = field(default_factory=lambda: defaultdict(list))
    kinds: defaultdict[str, list[Chain]] = field(default_factory=lambda: defaultdict(list))
    others: list[Chain] = field(default_factory=list)

    def equal_to(self, constant: Any) -> Iterator[Chain]:
        """The rows that may have had a value equal to a constant."""
        asked = dict(_classes_of_constant(constant))
        for kind, rows in self.kinds.items():
            yield from self.classes.get((kind, asked[kind]), ()) if kind in asked else rows
        yield from self.others


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
        return self._chains if found is None else {id(chain): chain for chain in found}.values()

    def _rows(self, condition: Condition, parameters: Any) -> list[Chain] | None:
        match condition:
            case All(parts):
                found = [rows for part in parts if (rows := self._rows(part, parameters)) is not None]
                return min(found, key=len, default=None)
            case Either(parts):
                each = [self._rows(part, parameters) for part in parts]
                return None if None in each else [chain for rows in each for chain in rows or ()]
            case Compared(column, "=", constant):
                return list(self._column(column.name).equal_to(constant.value(parameters)))
            case Quantified(column, "=", array, every=False):
                elements = array.elements(parameters)
                if elements is None:
                    return None
                return [chain for element in elements for chain in self._column(column.name).equal_to(element)]
            case _:
                return None

    def _column(self, name: str) -> _Column:
        if name not in self._columns:
            self._columns[name] = _column(self._chains, name)
        return self._columns[name]


def _column(chains: Iterable[Chain], name: str) -> _Column:
    column = _Column()
    for chain in chains:
        rows = [state.row for state in chain.states if state.row is not None]
        classes = {_class_of(row[name]) if name in row else None for row in rows if row.get(name, 0) is not None}
        for each in classes:
            (column.others if each is None else column.classes[each]).append(chain)
        for kind in {each[0] for each in classes if each is not None}:
            column.kinds[kind].append(chain)
    return column


def _class_of(value: Any) -> _Class | None:
    """The class of a row's value; None for one that is of no kind."""
    if type(value) is int and abs(value) <= _EXACT_INTEGERS:
        return "number", value
    return _class_of_text(value) if isinstance(value, str) else None


@lru_cache(maxsize=10_000)
def _class_of_text(text: str) -> _Class | None:
    if _IS_UUID.fullmatch(text):
        return "uuid", text.lower()
    if text.isascii() and order(text, _STRANGER) == DIFFERENT:
        return "word", text.rstrip(" ").lower()
    return None


def _classes_of_constant(constant: Any) -> Iterator[_Class]:
    """The classes of what a constant may be equal to; of a kind that has none here, it may be equal to any value."""
    match constant:
        case UUID():
            yield "uuid", str(constant)
        case Loose(text, whole=True):
            if _IS_UUID.fullmatch(text.strip()):
                yield "uuid", text.strip().lower()
            if _IS_INTEGER.fullmatch(text.strip()):
                yield "number", int(text)
            if text.isascii():
                yield "word", text.rstrip(" ").lower()
        case int() if type(constant) is int:
            yield "number", constant
