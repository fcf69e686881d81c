"""A statement in one line, the same wherever it was written: no constants, no aliases, no list of results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pglast import ast
from pglast.enums import TransactionStmtKind

from fuzz.statements.facts import Called, Fact, Locked, Read, Wrote
from fuzz.statements.relations import table_name

_VERBS: dict[type, str] = {
    ast.SelectStmt: "SELECT",
    ast.InsertStmt: "INSERT",
    ast.UpdateStmt: "UPDATE",
    ast.DeleteStmt: "DELETE",
    ast.MergeStmt: "MERGE",
}
_QUERIES = frozenset(_VERBS.values())
_TRANSACTION = {
    TransactionStmtKind.TRANS_STMT_BEGIN: "BEGIN",
    TransactionStmtKind.TRANS_STMT_START: "BEGIN",
    TransactionStmtKind.TRANS_STMT_COMMIT: "COMMIT",
    TransactionStmtKind.TRANS_STMT_ROLLBACK: "ROLLBACK",
    TransactionStmtKind.TRANS_STMT_SAVEPOINT: "SAVEPOINT",
    TransactionStmtKind.TRANS_STMT_RELEASE: "RELEASE",
    TransactionStmtKind.TRANS_STMT_ROLLBACK_TO: "ROLLBACK TO",
    TransactionStmtKind.TRANS_STMT_PREPARE: "PREPARE TRANSACTION",
    TransactionStmtKind.TRANS_STMT_COMMIT_PREPARED: "COMMIT PREPARED",
    TransactionStmtKind.TRANS_STMT_ROLLBACK_PREPARED: "ROLLBACK PREPARED",
}
_FIRST_WORD = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|[(;])*(\w*)", re.DOTALL)


def first_word(sql: str) -> str:
    """A text's first word in capitals, comments passed over; "" where it has none."""
    found = _FIRST_WORD.match(sql)
    return found[1].upper() if found else ""


def verb_of(statement: Any, sql: str) -> str:
    """What a statement is called: its first word, but for a WITH the word of what comes behind it.

    Args:
        statement: as the parser has it.
        sql: its text.
    """
    if isinstance(statement, ast.TransactionStmt):
        assert statement.kind is not None
        return _TRANSACTION[statement.kind]
    return _VERBS.get(type(statement)) or first_word(sql)


def shape_of(verb: str, statement: Any, found: Sequence[Fact]) -> str:
    """A statement in one line.

    Args:
        verb: what it is called.
        statement: as the parser has it.
        found: what it does.
    """
    nodes = list(_nodes(statement))
    words = [verb, *_tables(verb, statement, found)]
    if any(isinstance(node, ast.OnConflictClause) for node in nodes):
        words.append("ON CONFLICT")
    sets = {target.name for node in nodes for target in _assigned(node)}
    wheres = {name for node in nodes for name in _compared(node, _not_tables(nodes))}
    for keyword, names in (("SET", sets), ("WHERE", wheres)):
        if names:
            words.append(f"{keyword} {', '.join(sorted(names))}")
    words += dict.fromkeys(
        f"IN {fact.strength}" if verb == "LOCK" else fact.strength for fact in found if isinstance(fact, Locked)
    )
    return " ".join(words)


def _tables(verb: str, statement: Any, found: Sequence[Fact]) -> Iterator[str]:
    """The tables, the statement's target first; the functions where there are none."""
    target = getattr(statement, "relation", None)
    own = [table_name(target)] if isinstance(target, ast.RangeVar) else []
    aside = [fact for fact in found if isinstance(fact, Wrote) and verb in _QUERIES and fact.table not in own]
    named = [fact.table for fact in found if isinstance(fact, (Read, Wrote, Locked))]
    tables = list(dict.fromkeys((*own, *(table for table in named if table not in {fact.table for fact in aside}))))
    if verb == "INSERT" and tables[1:]:
        yield f"{tables[0]} FROM {' JOIN '.join(tables[1:])}"
    elif tables:
        yield (" JOIN " if verb in _QUERIES else ", ").join(tables)
    yield from dict.fromkeys(f"WITH {fact.verb} {fact.table}" for fact in aside)
    if not own and not named:
        yield from sorted({f"{fact.name}()" for fact in found if isinstance(fact, Called)})


def _nodes(node: Any) -> Iterator[Any]:
    """A node and all that are in it."""
    if isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)
    elif isinstance(node, ast.Node):
        yield node
        for name in node:
            yield from _nodes(getattr(node, name))


def _assigned(node: Any) -> Iterable[Any]:
    """The columns that an UPDATE sets."""
    return node.targetList or () if isinstance(node, (ast.UpdateStmt, ast.OnConflictClause)) else ()


def _compared(node: Any, strangers: set[str]) -> Iterator[str]:
    """The columns of a WHERE; those of a query in it are that query's."""
    for reference in _references(getattr(node, "whereClause", None)):
        names = [str(field.sval) for field in reference.fields or () if isinstance(field, ast.String)]
        if names and not (len(names) > 1 and names[0] in strangers):
            yield names[-1]


def _references(node: Any) -> Iterator[ast.ColumnRef]:
    if isinstance(node, tuple):
        for item in node:
            yield from _references(item)
    elif isinstance(node, ast.ColumnRef):
        yield node
    elif isinstance(node, ast.Node) and not isinstance(node, ast.SelectStmt):
        for name in node:
            yield from _references(getattr(node, name))


def _not_tables(nodes: Sequence[Any]) -> set[str]:
    """The names of queries and functions in FROM and WITH, which whoever writes the statement chooses freely."""
    queries = {str(node.ctename) for node in nodes if isinstance(node, ast.CommonTableExpr)}
    items = (node for node in nodes if isinstance(node, (ast.RangeSubselect, ast.RangeFunction)) and node.alias)
    return queries | {str(item.alias.aliasname) for item in items if item.alias}
