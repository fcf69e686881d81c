"""What a whole statement does to tables, be it a query or a command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

from fuzz.statements.conditions import ALWAYS
from fuzz.statements.definitions import definitions
from fuzz.statements.facts import MODES, Fact, Locked, Opaque, Read, Skipped, Wrote
from fuzz.statements.placeholders import Key
from fuzz.statements.queries import QUERIES, Scope, facts_of
from fuzz.statements.relations import table_name

_TOUCH_NOTHING = (
    ast.TransactionStmt,
    ast.VariableSetStmt,
    ast.VariableShowStmt,
    ast.ListenStmt,
    ast.NotifyStmt,
    ast.UnlistenStmt,
    ast.CheckPointStmt,
    ast.ClosePortalStmt,
    ast.DeallocateStmt,
    ast.PrepareStmt,
)


def facts_of_statement(statement: Any, keys: tuple[Key, ...]) -> Iterator[Fact]:
    """What a whole statement does.

    Args:
        statement: as the parser has it.
        keys: what its placeholders ask for, from $1 on.
    """
    scope = Scope(keys, certain=True)
    match statement:
        case _ if isinstance(statement, (*QUERIES, ast.CallStmt)):
            yield from facts_of(statement, scope)
            yield from definitions(statement) if isinstance(statement, ast.SelectStmt) else ()
        case ast.LockStmt(relations=tables, mode=mode, nowait=nowait):
            yield from (Locked(table_name(table), MODES[mode or len(MODES)]) for table in tables or ())
            yield from (Skipped() for _ in range(bool(nowait)))
        case ast.TruncateStmt(relations=tables):
            yield from (Wrote(table_name(table), "TRUNCATE") for table in tables or ())
        case ast.CopyStmt():
            yield from _copy(statement, scope)
        case ast.DeclareCursorStmt(query=query):
            yield from facts_of(query, Scope(keys))
        case ast.ExplainStmt(query=query, options=options):
            if any(option.defname == "analyze" for option in options or ()):
                yield from facts_of_statement(query, keys)
        case _ if not isinstance(statement, _TOUCH_NOTHING):
            yield Opaque()
            yield from definitions(statement)


def _copy(node: ast.CopyStmt, scope: Scope) -> Iterator[Fact]:
    if node.relation is not None:
        table = table_name(node.relation)
        yield Wrote(table, "INSERT") if node.is_from else Read(table, ALWAYS)
    yield from facts_of((node.query, node.whereClause), scope)
