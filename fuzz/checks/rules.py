"""What a target says of itself that a check must know, as data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fuzz.errors import TargetError
from fuzz.history import Table
from fuzz.target import Target


@dataclass(frozen=True, slots=True)
class Rules:
    """A target's rules.

    Attributes:
        checks: names of the checks that apply.
        revision: the column that must grow; None where there is none.
        edges: child table -> (its column, the parent table that the column points to).
        ignored: (table, column) pairs that are left out of comparisons.
        whole: whether one session lives through a program, so that only whole programs follow each other serially.
        serial: whether what comes out must be what some serial order gives.
    """

    checks: tuple[str, ...]
    revision: str | None
    edges: Mapping[str, tuple[tuple[str, str], ...]]
    ignored: frozenset[tuple[str, str]]
    whole: bool = False
    serial: bool = True


def rules_of(target: type[Target], tables: Mapping[str, Table]) -> Rules:
    """The rules of a target whose tables are known.

    Raises:
        TargetError: when it speaks of a table or column that does not exist, or of a parent that one column
            cannot point to.
    """
    edges: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for child, parent in target.revises.items():
        table, column = _column(target, "revises", child, tables)
        if parent not in tables:
            raise _unknown(target, "revises", parent, tables)
        if len(tables[parent].key) != 1:
            raise _without_own_key(target, child, tables[parent])
        edges[table].append((column, parent))
    ignored = frozenset(_column(target, "ignore", name, tables) for name in target.ignore)
    return Rules(
        checks=target.checks,
        revision=target.revision,
        edges={table: tuple(found) for table, found in edges.items()},
        ignored=ignored,
        whole=target.session_scope == "program",
        serial=target.serial,
    )


def _column(target: type[Target], attribute: str, name: str, tables: Mapping[str, Table]) -> tuple[str, str]:
    table, _, column = name.rpartition(".")
    if table not in tables or column not in tables[table].columns:
        raise _unknown(target, attribute, name, tables)
    return table, column


def _without_own_key(target: type[Target], child: str, parent: Table) -> TargetError:
    key = f"the columns {', '.join(parent.key)}" if parent.key else "no columns: it has none"
    return TargetError(
        f"{target.__name__}.revises leads from {child!r} to {parent.name!r}, whose primary key is {key}.",
        "One column can point only to a key of one column: take the entry out, or name a parent that has such a key.",
    )


def _unknown(target: type[Target], attribute: str, name: str, tables: Iterable[str]) -> TargetError:
    return TargetError(
        f"{target.__name__}.{attribute} speaks of {name!r}, which its database does not have.",
        f"Its tables are {', '.join(sorted(tables)) or '(none)'}.",
    )
