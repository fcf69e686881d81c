"""How the relations of a query hang together: columns that must be equal, and whether its result tells them all.

A query is a SELECT, or an UPDATE or DELETE of what it joins with other tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType, JoinType, SetOperation

from fuzz.statements.conditions import Condition
from fuzz.statements.placeholders import Key
from fuzz.statements.relations import relations, table_name


@dataclass(frozen=True, slots=True)
class Link:
    """A row of a relation makes a difference only if one of its columns equals a column of a row of another relation.

    Relations are named as the query calls them.
    """

    relation: str
    column: str
    other: str
    other_column: str

    @property
    def mirrored(self) -> Link:
        """The same equality, seen from the other relation."""
        return Link(self.other, self.other_column, self.relation, self.column)


@dataclass(frozen=True, slots=True)
class Links:
    """What joins the relations of a query.

    Attributes:
        tables: relation -> its table.
        conditions: relation -> which rows of its table may make a difference.
        links: all equalities that rows must meet.
        inner: those of inner joins; None where a row can be missing in the result for other reasons than its own
            columns, its relation's condition, or that one of these finds no partner.
        places: relation and column -> where it stands in the result, from 0 on.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    inner: tuple[Link, ...] | None = None
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Query:
    """What links a query's relations, and what it gives back.

    Attributes:
        items: of its FROM; of a statement that writes, what it writes first.
        where: its WHERE, or None.
        targets: its result's columns.
        cut: whether its result may leave out rows that satisfy its WHERE.
    """

    items: Sequence[Any]
    where: Any
    targets: Sequence[Any]
    cut: bool = False


def links_of(statement: Any, keys: tuple[Key, ...]) -> Links:
    """The links of a query on tables alone, not on queries or functions; of anything else, none.

    Args:
        statement: as the parser has it.
        keys: what its placeholders ask for, from $1 on.
    """
    query = _query(statement)
    if query is None:
        return Links()
    found = {each.alias: each for each in relations(query.items, query.where, certain=False)}
    tables = {alias: table_name(each.node) for alias, each in found.items() if isinstance(each.node, ast.RangeVar)}
    if len(tables) < len(found):
        return Links()
    links = (
        link
        for alias, each in found.items()
        for node in each.filters
        for part in _parts(node)
        for link in _oriented(part, tables.keys(), alias)
    )
    return Links(
        tables,
        {alias: each.condition(keys) for alias, each in found.items()},
        tuple(dict.fromkeys(links)),
        _inner(query, tables.keys()),
        {column: place for place, target in enumerate(query.targets) for column in [_column(target.val)]},
    )


def _query(statement: Any) -> _Query | None:
    match statement:
        case ast.SelectStmt(op=SetOperation.SETOP_NONE, withClause=None, fromClause=tuple(items)):
            cuts = (statement.limitCount, statement.limitOffset, statement.groupClause, statement.havingClause)
            return _Query(items, statement.whereClause, statement.targetList or (), any(cuts))
        case ast.UpdateStmt(withClause=None, fromClause=tuple(others)):
            return _changing(statement, others)
        case ast.DeleteStmt(withClause=None, usingClause=tuple(others)):
            return _changing(statement, others)
        case _:
            return None


def _changing(statement: Any, others: Sequence[Any]) -> _Query:
    clause = getattr(statement, "returningClause", None)  # of PostgreSQL 18's parser; a list before that
    returned = getattr(statement, "returningList", ()) if clause is None else clause.exprs
    return _Query((statement.relation, *others), statement.whereClause, returned or ())


def _inner(query: _Query, tables: Collection[str]) -> tuple[Link, ...] | None:
    """The links of its inner joins, if nothing else keeps rows out of the result.

    Each leads from a table whose rows are all there to another: from the one that the WHERE is about to those that it
    is joined with, from these to the next.
    """
    cores = [_joined(item, tables) for item in query.items]
    if query.cut or None in cores or any(_is_called(target) for target in query.targets):
        return None
    core = _beside_each_other([core for core in cores if core is not None])
    asked: set[str] = set()
    for part in _parts(query.where):
        if links := _links_between(part, core.members, core.members, tables):
            core = replace(core, joins=(*core.joins, links))
        else:
            asked |= _qualifiers(part) or {""}
    if len(tables) == 1 or not asked:
        return core.from_(core.members[0])
    (root,) = asked if len(asked) == 1 else ("",)
    return core.from_(root) if root in core.members else None


_Join = tuple[tuple[str, str, Link], ...]
"""One join: a table and the other one of it, with the link that leads to the former, and the same the other way."""


@dataclass(frozen=True, slots=True)
class _Core:
    """Tables that are joined so that each row of the result has a row of each of them.

    Attributes:
        members: their names in the query, from left to right.
        joins: the links between them, in both directions, join by join.
        beside: the links of the inner joins among the tables that the result can do without.
    """

    members: tuple[str, ...]
    joins: tuple[_Join, ...] = ()
    beside: tuple[Link, ...] = ()

    def from_(self, root: str) -> tuple[Link, ...] | None:
        """The links that lead from one of the tables to all others; None where some are not led to."""
        reached, found = {root}, list(self.beside)
        joins = list(self.joins)
        while joins:
            ways = [
                (join, alias, link)
                for join in joins
                for alias, other, link in join
                if {alias, other} & reached == {other}
            ]
            if not ways:
                return None
            join, alias, link = ways[0]
            joins.remove(join)
            reached.add(alias)
            found.append(link)
        return tuple(found)


def _joined(item: Any, tables: Collection[str]) -> _Core | None:
    """What an item of a FROM joins; None where a join can leave out rows of its left side in a way not seen here."""
    if not isinstance(item, ast.JoinExpr):
        return _Core((_aliases(item)[0],))
    left, right = _joined(item.larg, tables), _joined(item.rarg, tables)
    if left is None or right is None:
        return None
    if item.jointype == JoinType.JOIN_LEFT:
        within = right.from_(right.members[0])
        return None if within is None else _Core(left.members, left.joins, (*left.beside, *within))
    own = _links_between(item.quals, left.members, right.members, tables)
    if item.jointype != JoinType.JOIN_INNER or not own:
        return None
    both = _beside_each_other((left, right))
    return replace(both, joins=(*both.joins, own))


def _beside_each_other(cores: Sequence[_Core]) -> _Core:
    """Tables that are joined, if at all, by what is still to come."""
    return _Core(
        tuple(alias for core in cores for alias in core.members),
        tuple(join for core in cores for join in core.joins),
        tuple(link for core in cores for link in core.beside),
    )


def _links_between(node: Any, ones: Collection[str], others: Collection[str], tables: Collection[str]) -> _Join:
    """The equality of a column of some tables and one of others that an expression is, seen from either side."""
    return tuple(
        dict.fromkeys(
            (alias, link.other, link)
            for here, there in ((ones, others), (others, ones))
            for alias in here
            for link in _oriented(node, tables, alias)
            if link.other in there
        )
    )


def _aliases(item: Any) -> list[str]:
    """The names that the tables of a FROM's item go by, from left to right."""
    return [each.alias for each in relations((item,), None, certain=False)]


def _is_called(target: Any) -> bool:
    """Whether a result column is anything but a column: it may be about many rows."""
    return not isinstance(getattr(target, "val", None), ast.ColumnRef)


def _parts(node: Any) -> Iterator[Any]:
    """The expressions of which a condition is the AND."""
    match node:
        case None:
            return
        case ast.BoolExpr(boolop=BoolExprType.AND_EXPR, args=args):
            for arg in args or ():
                yield from _parts(arg)
        case _:
            yield node


def _oriented(node: Any, tables: Collection[str], alias: str) -> Iterator[Link]:
    """The equality of two tables' columns that an expression is, as a link of one of them."""
    match node:
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP, name=(ast.String(sval="="),), lexpr=left, rexpr=right):
            sides = (_column(left), _column(right))
        case _:
            return
    for (own, column), (other, other_column) in (sides, sides[::-1]):
        if own == alias and other in tables and other != own:
            yield Link(own, column, other, other_column)


def _column(node: Any) -> tuple[str, str]:
    """The table's name and the column's in a reference; two empty texts for anything else."""
    parts: Sequence[Any] = node.fields or () if isinstance(node, ast.ColumnRef) else ()
    match parts:
        case (ast.String(sval=str(table)), ast.String(sval=str(column))):
            return table, column
        case _:
            return "", ""


def _qualifiers(node: Any) -> set[str]:
    """The tables' names in an expression; "" for a query in it, or a column without its table's name."""
    if isinstance(node, ast.ColumnRef):
        return {_column(node)[0]}
    if isinstance(node, ast.SubLink):
        return {""}
    if isinstance(node, tuple):
        return set().union(*map(_qualifiers, node))
    if isinstance(node, ast.Node):
        return set().union(*(_qualifiers(getattr(node, name)) for name in node))
    return set()
