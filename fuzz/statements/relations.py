"""The items of a FROM, each with the expressions that a row of it must satisfy for the query to take notice of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pglast import ast
from pglast.enums import JoinType

from fuzz.statements.conditions import NEVER_TOLD, Condition, both
from fuzz.statements.filters import Filter
from fuzz.statements.placeholders import Key


def table_name(node: ast.RangeVar) -> str:
    """A table's name: "table", or "schema.table" outside the schema `public`."""
    return f"{node.schemaname}.{node.relname}" if node.schemaname not in {None, "public"} else str(node.relname)


@dataclass(frozen=True, slots=True)
class Relation:
    """One item of a FROM: a table, a query in brackets, a function.

    Attributes:
        node: as the parser has it.
        filters: expressions; a row that fails any of them makes no difference to the query.
        certain: whether a row that satisfies all of them is certainly looked at.
        bare: whether a column's name alone can be taken for this relation's if it has such a column.
    """

    node: Any
    filters: tuple[Any, ...]
    certain: bool
    bare: bool

    @property
    def alias(self) -> str:
        """The name that the query calls it by; "" where it has none."""
        alias = getattr(self.node, "alias", None)
        return str(alias.aliasname) if alias is not None else getattr(self.node, "relname", None) or ""

    def condition(self, keys: tuple[Key, ...]) -> Condition:
        """What a row of a table must satisfy.

        Args:
            keys: what the statement's placeholders ask for, from $1 on.
        """
        alias = self.node.alias
        if alias is not None and alias.colnames:  # columns by other names
            return NEVER_TOLD
        filters = Filter(self._column, keys)
        told = both(filters.condition(node) for node in self.filters)
        return told if self.certain else both((told, NEVER_TOLD))

    def _column(self, parts: Sequence[str]) -> str | None:
        match parts:
            case [_] if not self.bare:
                return None
            case [name]:
                return name
            case [qualifier, name] if qualifier == self.alias:
                return name
            case [schema, table, name] if (schema, table) == (self.node.schemaname, self.alias):
                return name
            case _:
                return None


def relations(items: Sequence[Any] | None, where: Any, *, certain: bool) -> Iterator[Relation]:
    """The relations of a query level.

    Args:
        items: its FROM; of a statement that writes, what it writes first.
        where: its WHERE, or None.
        certain: whether the query certainly takes notice of all rows that satisfy its WHERE.
    """
    given = items or ()
    filters = () if where is None else (where,)
    bare = not any(map(_merges, given))
    for item in given:
        yield from _relations(item, filters, certain and len(given) == 1, bare)


def _relations(item: Any, filters: tuple[Any, ...], certain: bool, bare: bool) -> Iterator[Relation]:
    match item:
        case ast.JoinExpr(larg=left, rarg=right, jointype=kind, quals=quals):
            on = () if quals is None else (quals,)
            for side, preserved_by in ((left, JoinType.JOIN_LEFT), (right, JoinType.JOIN_RIGHT)):
                if kind == JoinType.JOIN_INNER:
                    yield from _relations(side, (*filters, *on), False, bare)
                elif kind == preserved_by:
                    yield from _relations(side, filters, certain, bare)
                elif kind == JoinType.JOIN_FULL:
                    yield from _relations(side, (), False, bare)
                else:
                    yield from _relations(side, on, False, bare)
        case ast.RangeTableSample(relation=relation):
            yield Relation(relation, filters, False, bare)
        case _:
            yield Relation(item, filters, certain, bare)


def _merges(item: Any) -> bool:
    """Whether a join gives columns names of its own: then a name alone may be of no table."""
    return isinstance(item, ast.JoinExpr) and (
        bool(item.usingClause or item.isNatural or item.alias) or _merges(item.larg) or _merges(item.rarg)
    )
