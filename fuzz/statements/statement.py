"""What any statement reads, writes and locks, by PostgreSQL's own parser; it knows nothing of the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pglast import ast, parse_sql
from pglast.parser import ParseError

from fuzz.statements.commands import facts_of_statement
from fuzz.statements.conditions import NEVER_TOLD, Condition, either
from fuzz.statements.facts import (
    MODES,
    STRENGTHS,
    Called,
    Defined,
    Fact,
    Given,
    Locked,
    Opaque,
    Read,
    Skipped,
    Temporary,
    Wrote,
)
from fuzz.statements.links import Links, links_of
from fuzz.statements.placeholders import Key, number_placeholders
from fuzz.statements.shape import first_word, shape_of, verb_of


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement does, as its text tells.

    Tables are named as in `History.tables`; a view, or what a search path leads to, is just a name here.

    Attributes:
        verb: "SELECT", "INSERT", "UPDATE", "ROLLBACK TO" and so on; of a WITH the verb behind it, of several
            statements that of the first. "" for an empty text.
        known: whether the text tells all that it touches. False for one that the parser refuses, for DO, EXECUTE,
            FETCH, and for definitions of tables: they may touch anything.
        reads: tables whose rows it looks at, those that an UPDATE or DELETE looks through among them.
        writes: table -> what it may do there: INSERT, UPDATE, DELETE, TRUNCATE.
        locks: table -> the strongest lock that it asks for by name: "FOR UPDATE", "SHARE ROW EXCLUSIVE MODE".
        skips: whether it does not wait for locks (SKIP LOCKED, NOWAIT).
        takes_snapshot: whether it looks at the database at all, so that its transaction's snapshot may begin with it.
        functions: the functions and procedures that it calls, lower case, with their schema where that is written.
        shape: the statement in one line without constants, aliases and results: the same on every machine and in
            every version of SQLAlchemy.
        conditions: for each table in `reads`, which of its rows may make a difference; None: nothing is known of them.
        links: how the relations of a SELECT hang together; none where it reads tables in queries inside it, too.
        assigns: the columns that an UPDATE, or what an INSERT does instead, sets.
        gives: table -> the rows that an INSERT gives there one by one; a table where they are not told, or where
            something else is done, too, is not there.
        defines: the tables, views, sequences and indexes that it makes, changes or drops; "" among them stands for
            something else that a database has, as a function or a type.
        temporary: those that are there for its connection alone.
    """

    verb: str
    known: bool
    reads: frozenset[str]
    writes: Mapping[str, frozenset[str]]
    locks: Mapping[str, str]
    skips: bool
    takes_snapshot: bool
    functions: frozenset[str]
    shape: str
    conditions: Mapping[str, Condition | None]
    links: Links
    assigns: frozenset[str]
    gives: Mapping[str, tuple[Given, ...]]
    defines: frozenset[str]
    temporary: frozenset[str]


_NO_SNAPSHOT = (
    ast.TransactionStmt,
    ast.LockStmt,
    ast.VariableSetStmt,
    ast.VariableShowStmt,
    ast.ConstraintsSetStmt,
    ast.FetchStmt,
    ast.ListenStmt,
    ast.NotifyStmt,
    ast.UnlistenStmt,
    ast.CheckPointStmt,
)
"""As in PlannedStmtRequiresSnapshot of PostgreSQL's pquery.c."""

_BY_STRENGTH = (*STRENGTHS.values(), *MODES.values())


@lru_cache(maxsize=1000)
def parse(sql: str, parameters_given: bool = True) -> Statement:
    """Read a statement; a text that PostgreSQL's parser refuses gives one that is not `known`.

    Args:
        sql: as psycopg was given it, with its placeholders.
        parameters_given: whether it was given parameters with it, be they none (not None): without them psycopg
            leaves every % alone.
    """
    text, keys = number_placeholders(sql) if parameters_given else (sql, ())
    try:
        parsed = parse_sql(text)
        found = [list(facts_of_statement(raw.stmt, keys)) for raw in parsed]
        verbs = [verb_of(raw.stmt, text[raw.stmt_location or 0 :]) for raw in parsed]
        shapes = [shape_of(verb, raw.stmt, each) for verb, raw, each in zip(verbs, parsed, found, strict=True)]
    except (ParseError, UnicodeError, RecursionError):
        return _statement(first_word(sql), first_word(sql), (Opaque(),), Links(), takes_snapshot=True)
    facts = list(chain.from_iterable(found))
    return _statement(
        verbs[0] if verbs else "",
        "; ".join(shapes),
        facts,
        _links(parsed, facts, keys),
        takes_snapshot=any(not isinstance(raw.stmt, _NO_SNAPSHOT) for raw in parsed),
    )


def _links(parsed: Sequence[ast.RawStmt], facts: Iterable[Fact], keys: tuple[Key, ...]) -> Links:
    """How the relations of a single SELECT hang together, if no query inside it reads tables, too."""
    links = links_of(parsed[0].stmt, keys) if len(parsed) == 1 else Links()
    return links if len(links.tables) == sum(isinstance(fact, Read) for fact in facts) else Links()


def _statement(verb: str, shape: str, found: Sequence[Fact], links: Links, *, takes_snapshot: bool) -> Statement:
    reads: defaultdict[str, list[Condition]] = defaultdict(list)
    writes: defaultdict[str, list[Wrote]] = defaultdict(list)
    for fact in found:
        match fact:
            case Read(table, condition):
                reads[table].append(condition)
            case Wrote(table):
                writes[table].append(fact)
            case _:
                pass
    conditions = {table: either(each) for table, each in reads.items()}
    return Statement(
        verb=verb,
        known=Opaque() not in found,
        reads=frozenset(reads),
        writes={table: frozenset(fact.verb for fact in each) for table, each in writes.items()},
        locks=_strongest(fact for fact in found if isinstance(fact, Locked)),
        skips=Skipped() in found,
        takes_snapshot=takes_snapshot,
        functions=frozenset(fact.name for fact in found if isinstance(fact, Called)),
        shape=shape,
        conditions={table: None if one == NEVER_TOLD else one for table, one in conditions.items()},
        links=links,
        assigns=frozenset(column for each in writes.values() for fact in each for column in fact.columns),
        gives=_gives(writes),
        defines=frozenset(fact.name for fact in found if isinstance(fact, Defined)),
        temporary=frozenset(fact.name for fact in found if isinstance(fact, Temporary)),
    )


def _gives(writes: Mapping[str, Sequence[Wrote]]) -> dict[str, tuple[Given, ...]]:
    """The rows that are given, of the tables of which all are told that are written there."""
    rows = {table: [fact.rows for fact in each] for table, each in writes.items()}
    return {table: tuple(chain.from_iterable(filter(None, each))) for table, each in rows.items() if None not in each}


def _strongest(locked: Iterable[Locked]) -> dict[str, str]:
    """The strongest lock of each table; one of the table is stronger than one of its rows."""
    ranked = sorted(locked, key=lambda fact: _BY_STRENGTH.index(fact.strength))
    return {fact.table: fact.strength for fact in ranked}
