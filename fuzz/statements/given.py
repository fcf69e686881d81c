"""The rows that an INSERT gives, where it gives them one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pglast import ast

from fuzz.statements.constants import Constant
from fuzz.statements.facts import Given
from fuzz.statements.filters import cast_of, constant_of
from fuzz.statements.placeholders import Key

_Row = tuple[Constant | None, ...]


def rows_given(node: ast.InsertStmt, keys: tuple[Key, ...]) -> tuple[Given, ...] | None:
    """The rows of the VALUES of an INSERT.

    Args:
        node: the INSERT.
        keys: what the statement's placeholders ask for, from $1 on.

    Returns:
        The rows; None where it does not tell them, or may come to write others, as ON CONFLICT has it.
    """
    query = node.selectStmt
    if node.onConflictClause is not None or not node.cols or not isinstance(query, ast.SelectStmt):
        return None
    columns = [str(target.name) for target in node.cols]
    rows = _selected(query, keys) if query.valuesLists is None else _values(query, keys)
    return None if rows is None else tuple(tuple(zip(columns, row, strict=False)) for row in rows)


def _values(query: ast.SelectStmt, keys: tuple[Key, ...]) -> tuple[_Row, ...]:
    return tuple(tuple(constant_of(each, keys) for each in row) for row in query.valuesLists or ())


def _selected(query: ast.SelectStmt, keys: tuple[Key, ...]) -> tuple[_Row, ...] | None:
    """The rows of VALUES within a SELECT that leaves none out: so SQLAlchemy gives many whose keys it wants to know."""
    match query.fromClause:
        case (
            ast.RangeSubselect(subquery=ast.SelectStmt(valuesLists=tuple()) as values, alias=ast.Alias(colnames=names)),
        ):
            places = [name.sval for name in names or ()]
            given = [dict(zip(places, row, strict=False)) for row in _values(values, keys)]
        case _:
            return None
    if any(getattr(query, clause) is not None for clause in _LEAVING_OUT):
        return None
    return tuple(tuple(_chosen(target.val, row, keys) for target in query.targetList or ()) for row in given)


_LEAVING_OUT = (
    "whereClause",
    "distinctClause",
    "groupClause",
    "havingClause",
    "limitCount",
    "limitOffset",
    "withClause",
)


def _chosen(node: Any, row: Mapping[str, Constant | None], keys: tuple[Key, ...]) -> Constant | None:
    match node:
        case ast.ColumnRef(fields=(ast.String(sval=str(name)),)):
            return row.get(name)
        case ast.TypeCast(arg=ast.ColumnRef(fields=(ast.String(sval=str(name)),)), typeName=ast.TypeName() as to):
            return _cast(row.get(name), to)
        case _:
            return constant_of(node, keys)


def _cast(constant: Constant | None, to: ast.TypeName) -> Constant | None:
    """A constant after a cast; None where it has been cast to something else before."""
    cast: Any = cast_of(to)
    return None if constant is None or constant.cast not in {None, cast} else replace(constant, cast=cast)
