"""What queries do to tables: SELECT, INSERT, UPDATE, DELETE, MERGE, in each other and one behind the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pglast import ast
from pglast.enums import CmdType, LockWaitPolicy, OnConflictAction, SetOperation

from fuzz.statements.conditions import NEVER_TOLD
from fuzz.statements.facts import STRENGTHS, Called, Fact, Locked, Opaque, Read, Skipped, Wrote
from fuzz.statements.given import rows_given
from fuzz.statements.placeholders import Key
from fuzz.statements.relations import relations, table_name

QUERIES = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
"""Those that the optimiser plans."""

_MERGED = {CmdType.CMD_INSERT: "INSERT", CmdType.CMD_UPDATE: "UPDATE", CmdType.CMD_DELETE: "DELETE"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in a statement a query is.

    Attributes:
        keys: what the statement's placeholders ask for, from $1 on.
        queries: names that stand for queries of WITH there, not for tables.
        certain: whether all that the query selects is certainly looked at.
    """

    keys: tuple[Key, ...]
    queries: frozenset[str] = frozenset()
    certain: bool = False

    def table(self, node: Any) -> str | None:
        """The table that an item of a FROM is; None for a query or a function."""
        if not isinstance(node, ast.RangeVar) or (node.schemaname is None and node.relname in self.queries):
            return None
        return table_name(node)

    def within(self, clause: ast.WithClause | None) -> Scope:
        """The scope of a query that has a WITH."""
        return self if clause is None else replace(self, queries=self.queries | set(_names(clause)))


def facts_of(node: Any, scope: Scope) -> Iterator[Fact]:
    """What a query does, or any part of a statement.

    Args:
        node: a node as the parser has it, a tuple of nodes, or what else a node's attribute may be.
        scope: where in the statement it is.
    """
    match node:
        case tuple():
            for item in node:
                yield from facts_of(item, scope)
        case ast.SelectStmt():
            yield from _select(node, scope)
        case ast.InsertStmt():
            yield from _insert(node, scope)
        case ast.UpdateStmt(relation=ast.RangeVar() as target, fromClause=others):
            yield from _change(node, "UPDATE", target, others, scope)
        case ast.DeleteStmt(relation=ast.RangeVar() as target, usingClause=others):
            yield from _change(node, "DELETE", target, others, scope)
        case ast.MergeStmt():
            yield from _merge(node, scope)
        case ast.FuncCall(funcname=names):
            yield Called(".".join(name.sval for name in names or ()).lower())
            yield from _parts(node, scope)
        case ast.Node():
            yield from _parts(node, scope)


def _parts(node: ast.Node, scope: Scope, without: tuple[str, ...] = ()) -> Iterator[Fact]:
    """What the parts of a node do: queries inside another may not be run to their end, or at all."""
    inner = replace(scope, certain=False) if scope.certain else scope
    for name in node:
        if name not in without:
            yield from facts_of(getattr(node, name), inner)


def _select(node: ast.SelectStmt, outer: Scope) -> Iterator[Fact]:
    yield from _with(node.withClause, outer)
    limited = node.limitCount is not None or node.limitOffset is not None
    scope = replace(outer.within(node.withClause), certain=outer.certain and not limited)
    if node.op != SetOperation.SETOP_NONE:
        yield from facts_of((node.larg, node.rarg), scope)
    for relation in relations(node.fromClause, node.whereClause, certain=scope.certain):
        if (table := scope.table(relation.node)) is not None:
            yield Read(table, relation.condition(scope.keys))
    yield from _locks(node, scope)
    if node.intoClause is not None:
        yield Opaque()
    yield from _parts(node, scope, without=("withClause", "larg", "rarg", "lockingClause"))


def _locks(node: ast.SelectStmt, scope: Scope) -> Iterator[Fact]:
    for clause in node.lockingClause or ():
        of = {named.relname for named in clause.lockedRels or ()}
        for alias, table in _lockable(node, scope):
            if not of or alias in of:
                yield Locked(table, STRENGTHS[clause.strength])
        if clause.waitPolicy != LockWaitPolicy.LockWaitBlock:
            yield Skipped()


def _lockable(node: ast.SelectStmt, scope: Scope) -> Iterator[tuple[str, str]]:
    """The tables of a FROM, each with the name that it goes by; those of a query in it go by the query's."""
    for relation in relations(node.fromClause, None, certain=False):
        if (table := scope.table(relation.node)) is not None:
            yield relation.alias, table
        elif isinstance(relation.node, ast.RangeSubselect):
            query = relation.node.subquery
            assert isinstance(query, ast.SelectStmt)
            yield from ((relation.alias, table) for _, table in _lockable(query, scope.within(query.withClause)))


def _insert(node: ast.InsertStmt, outer: Scope) -> Iterator[Fact]:
    assert node.relation is not None
    target, conflict = table_name(node.relation), node.onConflictClause
    yield from _with(node.withClause, outer)
    scope = outer.within(node.withClause)
    yield Wrote(target, "INSERT", rows=rows_given(node, scope.keys))
    if conflict is not None:
        yield Read(target, NEVER_TOLD)
        if conflict.action == OnConflictAction.ONCONFLICT_UPDATE:
            yield Wrote(target, "UPDATE", _set(conflict.targetList))
    yield from facts_of(node.selectStmt, scope)
    yield from _parts(node, scope, without=("withClause", "relation", "selectStmt"))


def _change(node: Any, verb: str, target: ast.RangeVar, others: Iterable[Any] | None, outer: Scope) -> Iterator[Fact]:
    """An UPDATE or DELETE."""
    yield from _with(node.withClause, outer)
    scope = outer.within(node.withClause)
    yield Wrote(table_name(target), verb, _set(node.targetList) if verb == "UPDATE" else ())
    for relation in relations((target, *(others or ())), node.whereClause, certain=scope.certain):
        table = table_name(target) if relation.node is target else scope.table(relation.node)
        if table is not None:
            yield Read(table, relation.condition(scope.keys))
    yield from _parts(node, scope, without=("withClause",))


def _merge(node: ast.MergeStmt, outer: Scope) -> Iterator[Fact]:
    assert node.relation is not None
    target = table_name(node.relation)
    yield from _with(node.withClause, outer)
    scope = outer.within(node.withClause)
    yield from (
        Wrote(target, _MERGED[clause.commandType], _set(clause.targetList))
        for clause in node.mergeWhenClauses or ()
        if clause.commandType in _MERGED
    )
    yield Read(target, NEVER_TOLD)
    for relation in relations((node.sourceRelation,), None, certain=False):
        if (table := scope.table(relation.node)) is not None:
            yield Read(table, NEVER_TOLD)
    yield from _parts(node, scope, without=("withClause",))


def _with(clause: ast.WithClause | None, outer: Scope) -> Iterator[Fact]:
    """What the queries of a WITH do; those that write are always run to their end."""
    scope = outer
    if clause is not None and clause.recursive:
        scope = outer.within(clause)
    for query in () if clause is None else clause.ctes or ():
        yield from facts_of(query.ctequery, replace(scope, certain=not isinstance(query.ctequery, ast.SelectStmt)))
        scope = replace(scope, queries=scope.queries | {query.ctename})


def _set(targets: Iterable[Any] | None) -> tuple[str, ...]:
    return tuple(str(target.name) for target in targets or ())


def _names(clause: ast.WithClause) -> Iterator[str]:
    return (query.ctename for query in clause.ctes or ())
