"""What statements define: tables, indexes, functions and whatever else stays in a database when they are done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pglast import ast
from pglast.enums import ObjectType

from fuzz.statements.facts import Defined, Temporary
from fuzz.statements.relations import table_name

_DEFINE_NOTHING = (
    ast.AlterDatabaseRefreshCollStmt,
    ast.AlterDatabaseSetStmt,
    ast.AlterDatabaseStmt,
    ast.AlterDefaultPrivilegesStmt,
    ast.AlterRoleSetStmt,
    ast.AlterRoleStmt,
    ast.AlterSystemStmt,
    ast.AlterTableSpaceOptionsStmt,
    ast.ClusterStmt,
    ast.CommentStmt,
    ast.ConstraintsSetStmt,
    ast.CreateRoleStmt,
    ast.CreateTableSpaceStmt,
    ast.CreatedbStmt,
    ast.DiscardStmt,
    ast.DoStmt,
    ast.DropRoleStmt,
    ast.DropTableSpaceStmt,
    ast.DropdbStmt,
    ast.ExecuteStmt,
    ast.FetchStmt,
    ast.GrantRoleStmt,
    ast.GrantStmt,
    ast.LoadStmt,
    ast.ReassignOwnedStmt,
    ast.RefreshMatViewStmt,
    ast.ReindexStmt,
    ast.SecLabelStmt,
    ast.VacuumStmt,
)
"""Commands about roles, rights and other databases, and those that make rows anew, or run what is not in their text."""

_RELATIONS = frozenset(
    {
        ObjectType.OBJECT_FOREIGN_TABLE,
        ObjectType.OBJECT_INDEX,
        ObjectType.OBJECT_MATVIEW,
        ObjectType.OBJECT_SEQUENCE,
        ObjectType.OBJECT_TABLE,
        ObjectType.OBJECT_VIEW,
    }
)
"""What DROP names as tables are named."""


def definitions(statement: Any) -> Iterator[Defined | Temporary]:
    """What a query or a command that defines something makes, changes or drops.

    Args:
        statement: as the parser has it; no other command.
    """
    if isinstance(statement, _DEFINE_NOTHING):
        return
    relations = list(_relations(statement))
    for relation in relations:
        if relation.relpersistence == "t" or relation.schemaname == "pg_temp":
            yield Temporary(str(relation.relname))
        else:
            yield Defined(table_name(relation))
    if not relations and not isinstance(statement, ast.SelectStmt):
        yield Defined("")


def _relations(statement: Any) -> Iterator[ast.RangeVar]:
    """The tables, views, sequences and indexes that it is about."""
    match statement:
        case ast.SelectStmt(larg=ast.SelectStmt() as first):
            yield from _relations(first)  # the INTO of a UNION is that of the first query
        case ast.SelectStmt(intoClause=into) | ast.CreateTableAsStmt(into=into):
            yield from () if into is None or into.rel is None else (into.rel,)
        case ast.DropStmt(objects=objects, removeType=kind) if kind in _RELATIONS:
            yield from (_named([part.sval for part in parts]) for parts in objects or ())
        case _:
            own = (getattr(statement, name, None) for name in ("relation", "sequence", "view", "table"))
            yield from (relation for relation in own if isinstance(relation, ast.RangeVar))


def _named(parts: Sequence[str]) -> ast.RangeVar:
    return ast.RangeVar(schemaname=parts[-2] if parts[1:] else None, relname=parts[-1])
