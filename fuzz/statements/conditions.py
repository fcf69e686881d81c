"""What a statement asks of the rows of one table: a condition, evaluated on one row as far as it can be told."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from fuzz.statements.constants import Constant, Parameter
from fuzz.statements.logic import ANY, FALSE, NULL, TRUE, Outcomes, Unary, conjunction, disjunction
from fuzz.statements.values import ANY_ORDER, DIFFERENT, EQUAL, GREATER, LESS, UNKNOWN, Loose, Order, order

Row = Mapping[str, Any]
"""A row's values by column, as to_jsonb gives them. A column that is not there is one that cannot be told."""


class Condition(ABC):
    """A condition on one table's rows; immutable, and equal to one that is written alike."""

    __slots__ = ()

    def holds(self, row: Row, parameters: Any) -> bool | None:
        """Whether a row meets the condition.

        Args:
            row: its values by column, as to_jsonb gives them; a column that is left out cannot be told. Leave out
                columns whose values do not tell what they equal: those of types other than
                `fuzz.statements.COMPARABLE` and enums, and texts under a collation that is not deterministic.
            parameters: the statement's, plain Python values: a mapping, a tuple, a list, or None.

        Returns:
            True: the row certainly is among those that the statement looks at. False: it certainly is not. None: it
            may be, or not.
        """
        outcomes = self.outcomes(row, parameters)
        return None if outcomes & TRUE and outcomes != TRUE else outcomes == TRUE

    @abstractmethod
    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""


@dataclass(frozen=True, slots=True)
class Decided(Condition):
    """A condition that says the same of every row."""

    result: Outcomes

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:  # noqa: ARG002
        """The truth values that the condition may have on a row."""
        return self.result


ALWAYS = Decided(TRUE)
NEVER_TOLD = Decided(ANY)
"""What cannot be evaluated from one row and the parameters."""


@dataclass(frozen=True, slots=True)
class All(Condition):
    """AND."""

    parts: tuple[Condition, ...]

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""
        return conjunction([part.outcomes(row, parameters) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Either(Condition):
    """OR."""

    parts: tuple[Condition, ...]

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""
        return disjunction([part.outcomes(row, parameters) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Judged(Condition):
    """NOT, IS TRUE and their like."""

    operator: Unary
    part: Condition

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""
        return self.operator[self.part.outcomes(row, parameters)]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table that the condition is about."""

    name: str


Operand = Column | Constant


@dataclass(frozen=True, slots=True)
class IsNull(Condition):
    """IS NULL."""

    operand: Operand

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""
        value = _value(self.operand, row, parameters)
        if value is UNKNOWN or isinstance(value, Mapping):  # a row of NULLs is NULL
            return TRUE | FALSE
        return TRUE if value is None else FALSE


@dataclass(frozen=True, slots=True)
class Truth(Condition):
    """A boolean column or constant that stands for itself."""

    operand: Operand

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""
        match _value(self.operand, row, parameters):
            case None:
                return NULL
            case bool(value):
                return TRUE if value else FALSE
            case _:
                return ANY


OPERATORS: Mapping[str, Order] = {
    "=": EQUAL,
    "<>": DIFFERENT,
    "<": LESS,
    "<=": LESS | EQUAL,
    ">": GREATER,
    ">=": GREATER | EQUAL,
}
"""How a value may stand to another where the operator says yes."""


@dataclass(frozen=True, slots=True)
class Compared(Condition):
    """A column compared with a constant by one of `OPERATORS`."""

    column: Column
    operator: str
    constant: Constant

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""
        return _compared(_value(self.column, row, parameters), self.operator, self.constant.value(parameters))


@dataclass(frozen=True, slots=True)
class Distinct(Condition):
    """IS DISTINCT FROM."""

    column: Column
    constant: Constant

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""
        value, constant = _value(self.column, row, parameters), self.constant.value(parameters)
        if value is UNKNOWN or constant is UNKNOWN:
            return TRUE | FALSE
        if value is None or constant is None:
            return TRUE if value is not constant else FALSE
        return _compared(value, "<>", constant)


@dataclass(frozen=True, slots=True)
class Quantified(Condition):
    """A column compared with the elements of an array that is a parameter: `= ANY (...)`, `<> ALL (...)`."""

    column: Column
    operator: str
    array: Parameter
    every: bool

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""
        elements = self.array.elements(parameters)
        if elements is None:
            return ANY
        value = _value(self.column, row, parameters)
        each = [_compared(value, self.operator, element) for element in elements]
        return conjunction(each) if self.every else disjunction(each)


@dataclass(frozen=True, slots=True)
class Like(Condition):
    """LIKE, its escape character the backslash."""

    column: Column
    pattern: Constant

    def outcomes(self, row: Row, parameters: Any) -> Outcomes:
        """The truth values that the condition may have on a row."""
        value, pattern = _value(self.column, row, parameters), self.pattern.value(parameters)
        if value is None or pattern is None:
            return NULL
        matcher = _matcher(pattern.text if isinstance(pattern, Loose) and pattern.whole else pattern)
        # spaces at the end: of character(n), perhaps; a backslash: bytes, perhaps
        if matcher is None or not isinstance(value, str) or value.endswith(" ") or value.startswith("\\"):
            return ANY
        return TRUE if matcher.fullmatch(value) else FALSE


def both(parts: Iterable[Condition]) -> Condition:
    """The AND of conditions, without what adds nothing to it."""
    each = (part.parts if isinstance(part, All) else (part,) for part in parts if part != ALWAYS)
    kept = _once(chain.from_iterable(each))
    return All(kept) if len(kept) > 1 else kept[0] if kept else ALWAYS


def either(parts: Iterable[Condition]) -> Condition:
    """The OR of conditions, without what adds nothing to it."""
    kept = _once(parts)
    return Either(kept) if len(kept) > 1 else kept[0] if kept else Decided(FALSE)


def judged(operator: Unary, part: Condition) -> Condition:
    """A condition with an operator before or behind it."""
    return part if part == NEVER_TOLD else Judged(operator, part)


def _once(parts: Iterable[Condition]) -> tuple[Condition, ...]:
    """Conditions, of those that cannot be told but one."""
    given = tuple(parts)
    told = tuple(part for part in given if part != NEVER_TOLD)
    return told if len(told) == len(given) else (*told, NEVER_TOLD)


def _value(operand: Operand, row: Row, parameters: Any) -> Any:
    return row.get(operand.name, UNKNOWN) if isinstance(operand, Column) else operand.value(parameters)


def _compared(value: Any, operator: str, constant: Any) -> Outcomes:
    if value is None or constant is None:
        return NULL
    if value is UNKNOWN or constant is UNKNOWN:
        return ANY
    found, asked = order(value, constant), OPERATORS[operator]
    return (TRUE if found & asked else 0) | (FALSE if found & ANY_ORDER & ~asked else 0)


_MOST_WILDCARDS = 4
"""Matching takes time that grows with each of them; few patterns have more."""


@lru_cache(maxsize=1000)
def _matcher(pattern: Any) -> re.Pattern[str] | None:
    """A pattern as a regular expression; None where it is not a simple one."""
    if not isinstance(pattern, str) or pattern.count("%") > _MOST_WILDCARDS:
        return None
    pieces = re.findall(r"\\.|[^\\]", pattern, re.DOTALL)
    if "".join(pieces) != pattern:  # a backslash at the end: PostgreSQL refuses it
        return None
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(piece) or re.escape(piece[-1]) for piece in pieces), re.DOTALL)
