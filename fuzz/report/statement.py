"""What a statement is, by a light reading of its text: its verb, its table, the row it looks for.

A reading is for people's eyes: where it cannot tell, it says less. No judgement rests on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from fuzz.history import Step, Table

_NAME = r'(?:ONLY\s+)?((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)'
_TABLE = {
    "SELECT": re.compile(rf"\bFROM\s+{_NAME}", re.IGNORECASE),
    "INSERT": re.compile(rf"\bINTO\s+{_NAME}", re.IGNORECASE),
    "UPDATE": re.compile(rf"\bUPDATE\s+{_NAME}", re.IGNORECASE),
    "DELETE": re.compile(rf"\bFROM\s+{_NAME}", re.IGNORECASE),
}
_LOCK = re.compile(r"\bFOR\s+((?:NO\s+KEY\s+)?UPDATE|(?:KEY\s+)?SHARE)\b[^()']*$", re.IGNORECASE)
_EQUAL = re.compile(r'(\w+)"?\s*=\s*%\((\w+)\)s')
_SET = re.compile(r"\bSET\b(.*?)(?:\bWHERE\b|\bRETURNING\b|$)", re.IGNORECASE | re.DOTALL)
_WHERE = re.compile(r"\bWHERE\b(.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement as its text tells.

    Attributes:
        verb: its first keyword in capitals; of a SELECT with the lock that it asks for.
        table: the first table it names, as in `History.tables`; "" where none can be told.
        sets: column -> the parameter that an UPDATE sets it to.
        seeks: column -> the parameter that its WHERE compares it with.
    """

    verb: str
    table: str
    sets: Mapping[str, str]
    seeks: Mapping[str, str]

    @property
    def writes(self) -> bool:
        """Whether it is one that changes rows."""
        return self.verb in {"INSERT", "UPDATE", "DELETE"}


@lru_cache(maxsize=1000)
def read_statement(sql: str) -> Reading:
    """Read a statement."""
    words = sql.split(None, 1)
    verb = words[0].upper().rstrip(";") if words else ""
    found = _TABLE[verb].search(sql) if verb in _TABLE else None
    lock = _LOCK.search(sql) if verb == "SELECT" else None
    sets, seeks = _SET.search(sql), _WHERE.search(sql)
    return Reading(
        f"SELECT FOR {' '.join(lock[1].upper().split())}"
        if lock
        else verb
        if verb in _TABLE
        else " ".join(sql.split()),
        _plain(found[1]) if found else "",
        dict(_EQUAL.findall(sets[1])) if sets and verb == "UPDATE" else {},
        dict(_EQUAL.findall(seeks[1])) if seeks else {},
    )


def sought(step: Step, table: Table) -> tuple[str, ...] | None:
    """The primary key of the one row that a statement looks for, as texts; None where the text does not tell."""
    seeks, given = read_statement(step.sql).seeks, parameters(step)
    key = tuple(given[seeks[column]] for column in table.key if seeks.get(column) in given)
    return key if key and len(key) == len(table.key) else None


def assigned(step: Step) -> dict[str, str]:
    """Column -> the value that an UPDATE gives it, as text; those that it computes are left out."""
    given = parameters(step)
    return {column: given[name] for column, name in read_statement(step.sql).sets.items() if name in given}


def parameters(step: Step) -> dict[str, str]:
    """A statement's named parameters as texts; empty where it has none."""
    given = step.parameters
    return {str(name): _text(value) for name, value in given.items()} if isinstance(given, Mapping) else {}


def _text(value: object) -> str:
    """A parameter as its text: strings without quotes, UUIDs as they are written, anything else as Python has it."""
    match value:
        case str() | UUID():
            return str(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}:00"
        case _:
            return repr(value)


def _plain(name: str) -> str:
    return name.replace('"', "").removeprefix("public.")
