"""What a condition says of rows, held against what PostgreSQL selects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg.rows import TupleRow
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import CompileError

from fuzz.plain import given as given_to
from fuzz.postgres import Server
from fuzz.statements import parse

ROWS = 60
WITHOUT_CAST = re.compile(r"(%\(\w+\)s)::[A-Z]+(?:\([\d, ]+\))?(?: WITH(?:OUT)? TIME ZONE)?")

KIND = postgresql.ENUM("red", "green", "RED", name="kind")
EAST = timezone(timedelta(hours=5, minutes=30))

VALUES: dict[str, tuple[sa.types.TypeEngine[Any], list[Any]]] = {
    "small": (sa.SmallInteger(), [0, 1, 2, -1, 32767]),
    "number": (sa.Integer(), [0, 1, 2, 5, -7, 2**31 - 2]),
    "big": (sa.BigInteger(), [0, 1, 2**53, 2**53 + 1, 2**62, -(2**53) - 1]),
    "amount": (
        sa.Numeric(),
        [Decimal(text) for text in ("0", "1", "1.0", "1.50", "0.1", "0.10000000000000000001", "0.3333333333333333")],
    ),
    "price": (sa.Numeric(10, 2), [Decimal(text) for text in ("0", "1.5", "1.51", "99999999.99", "-0.01")]),
    "ratio": (sa.Float(), [0.0, 0.1, 1.5, 1 / 3, 1e22, -1.5, 2.0**53, 5e-324]),
    "name": (sa.Text(), ["", "a", "A", "a ", "ab", "b%", "a_b", "é", "e", "10", "010", "2024-01-01", "red", "\\x61"]),
    "code": (sa.String(20), ["", "a", "a ", "10.0.0.1", "10.0.0.1/32", "00:11:22:33:44:55", "true"]),
    "fixed": (sa.CHAR(4), ["", "a", "ab", "ab  ", "abcd", "A"]),
    "flag": (sa.Boolean(), [True, False]),
    "day": (sa.Date(), [date(2024, 1, 1), date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31)]),
    "at": (
        sa.DateTime(),
        [datetime(2024, 1, 1), datetime(2024, 1, 1, 0, 0, 0, 1), datetime(2024, 1, 1, 5, 30)],  # noqa: DTZ001
    ),
    "moment": (
        sa.DateTime(timezone=True),
        [
            datetime(2024, 1, 1, tzinfo=UTC),
            datetime(2024, 1, 1, 5, 30, tzinfo=EAST),
            datetime(2024, 1, 1, 5, 30, tzinfo=UTC),
        ],
    ),
    "clock": (sa.Time(), [time(0), time(10, 30), time(23, 59, 59, 999999)]),
    "key": (sa.Uuid(), [UUID(int=0), UUID(int=1), UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")]),
    "raw": (sa.LargeBinary(), [b"", b"a", b"\x00\xff", b"\\x61"]),
    "kind": (KIND, ["red", "green", "RED"]),
    "address": (postgresql.INET(), ["10.0.0.1", "10.0.0.1/24", "::1"]),
}
THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Integer(), primary_key=True),
    *(sa.Column(name, kind) for name, (kind, _) in VALUES.items()),
)


class Things:
    """A table of a column of each type, and its rows."""

    def __init__(self, connection: psycopg.Connection[TupleRow], engine: sa.Engine) -> None:
        self.connection = connection
        self.engine = engine
        found = connection.execute("SELECT id, to_jsonb(things)::text FROM things").fetchall()
        self.rows = {key: json.loads(row) for key, row in found}
        self.exact = {key: json.loads(row, parse_float=Decimal) for key, row in found}

    def check(self, sql: str, parameters: Any) -> list[bool | None]:
        """Run a query, compare the rows it gives with what its condition says of each, and give the latter."""
        selected = {key for (key, *_) in self.connection.execute(sql.encode(), parameters)}
        condition, plain = parse(sql, parameters is not None).conditions["things"], given_to(parameters)
        told = []
        for key, row in (*self.rows.items(), *self.exact.items()):
            told.append(None if condition is None else condition.holds(row, plain))
            assert told[-1] in {None, key in selected}, (sql, parameters, row)
        return told[len(self.rows) :]

    def check_if_valid(self, sql: str, parameters: Any) -> None:
        """As `check`, but where PostgreSQL refuses the query anything may be said of it."""
        with suppress(psycopg.Error):
            self.check(sql, parameters)


def sent(engine: sa.Engine, query: sa.Select[Any]) -> tuple[str, Any]:
    """What SQLAlchemy gives psycopg for a query."""
    seen: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)
    try:
        with engine.connect() as connection:
            connection.execute(query)
    finally:
        event.remove(engine, "before_cursor_execute", remember)
    return seen[-1]


@pytest.fixture(scope="module")
def things(server: Server) -> Iterator[Things]:
    with server.scratch() as scratch, scratch.connect() as connection:
        connection.autocommit = True
        connection.execute("SET TimeZone = 'Asia/Kolkata'")
        engine = sa.create_engine("postgresql+psycopg://", creator=scratch.connect)
        connection.execute(DOMAINS)
        THINGS.metadata.create_all(engine)
        chance = Random(1)
        rows = [{name: chance.choice([*pool, None]) for name, (_, pool) in VALUES.items()} for _ in range(ROWS)]
        with engine.begin() as transaction:
            transaction.execute(sa.insert(THINGS), [{"id": number, **row} for number, row in enumerate(rows)])
        yield Things(connection, engine)
        engine.dispose()


DOMAINS = """
CREATE DOMAIN short AS varchar(2); CREATE DOMAIN tenth AS numeric(4,1); CREATE DOMAIN second AS timestamp(0);
"""
OPERATORS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "is_distinct_from", "is_not_distinct_from")


@st.composite
def comparisons(draw: st.DrawFn) -> sa.ColumnElement[bool]:
    """One column against constants of its type."""
    name = draw(st.sampled_from(sorted(VALUES)))
    column, pool = THINGS.c[name], st.sampled_from(VALUES[name][1])
    match draw(st.sampled_from(["operator", "operator", "in", "not in", "between", "null", "not null", "any", "all"])):
        case "operator":
            constant = sa.literal(draw(pool), column.type)
            compared: sa.ColumnElement[bool] = getattr(column, draw(st.sampled_from(OPERATORS)))(constant)
            return compared
        case "in":
            return column.in_(draw(st.lists(pool, max_size=3)))
        case "not in":
            return column.not_in(draw(st.lists(pool, max_size=3)))
        case "between":
            return column.between(sa.literal(draw(pool), column.type), sa.literal(draw(pool), column.type))
        case "null":
            return column.is_(None)
        case "not null":
            return column.is_not(None)
        case quantifier:
            of = sa.any_ if quantifier == "any" else sa.all_
            array = sa.literal(draw(st.lists(st.none() | pool, max_size=3)), postgresql.ARRAY(column.type))
            return column == of(array) if quantifier == "any" else column != of(array)


@st.composite
def likenesses(draw: st.DrawFn) -> sa.ColumnElement[bool]:
    column = THINGS.c[draw(st.sampled_from(["name", "code", "fixed"]))]
    pattern = draw(st.text("ab%_A ", max_size=4))
    return column.like(pattern) if draw(st.booleans()) else column.not_like(pattern)


ODDITIES = [
    THINGS.c.flag,
    ~THINGS.c.flag,
    THINGS.c.flag.is_(True),
    THINGS.c.flag.is_not(False),
    THINGS.c.number == THINGS.c.small,
    THINGS.c.number == THINGS.c.ratio,
    sa.func.lower(THINGS.c.name) == "a",
    sa.cast(THINGS.c.number, sa.Text()) == "1",
    sa.tuple_(THINGS.c.number, THINGS.c.name).in_([(1, "a"), (0, "b")]),
    THINGS.c.number + 1 == 2,
    sa.exists().where(THINGS.c.number > sa.text("1")),
    sa.case((THINGS.c.flag, THINGS.c.number == 1), else_=sa.true()),
    sa.func.coalesce(THINGS.c.flag, sa.false()),
    sa.literal(None, sa.Text()).is_(None),
    sa.literal(1) == 1,
]

CONDITIONS = st.recursive(
    comparisons() | likenesses() | st.sampled_from(ODDITIES),
    lambda inner: (
        st.builds(sa.and_, inner, inner)
        | st.builds(sa.or_, inner, inner)
        | st.builds(sa.not_, inner)
        | st.builds(lambda one: one.is_(None), inner)
        | st.builds(lambda one: one.is_not(True), inner)
    ),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(condition=CONDITIONS)
def test_what_is_said_of_a_row_is_what_postgresql_does_with_it(things: Things, condition: Any) -> None:
    sql, parameters = sent(things.engine, sa.select(THINGS.c.id).where(condition))
    things.check(sql, parameters)


@settings(max_examples=300, deadline=None)
@given(condition=CONDITIONS)
def test_so_it_is_without_the_casts_of_sqlalchemy(things: Things, condition: Any) -> None:
    sql, parameters = sent(things.engine, sa.select(THINGS.c.id).where(condition))
    things.check_if_valid(WITHOUT_CAST.sub(r"\1", sql), parameters)


@settings(max_examples=300, deadline=None)
@given(condition=CONDITIONS)
def test_so_it_is_with_constants_in_the_text(things: Things, condition: Any) -> None:
    with suppress(CompileError):  # there are types that SQLAlchemy writes no constants of
        query = sa.select(THINGS.c.id).where(condition)
        things.check_if_valid(str(query.compile(things.engine, compile_kwargs={"literal_binds": True})), {})


CONSTANTS = [
    *sorted({str(value) for _, pool in VALUES.values() for value in pool}),
    "0x1",
    "t",
    "1.46",
    "2024-01-01 00:00:00.4",
]
TYPES = [
    *("", "::text", "::varchar(2)", "::char(2)", '::"char"', "::bytea", "::kind", "::inet", "::uuid", "::boolean"),
    *("::short", "::tenth", "::second"),
    *("::int", "::numeric", "::numeric(4,1)", "::float8", "::date", "::time", "::timestamp", "::timestamptz"),
]


@settings(max_examples=500, deadline=None)
@given(
    operator=st.sampled_from(["=", "<>", "<", ">=", "IS DISTINCT FROM", "LIKE"]),
    constant=st.sampled_from(CONSTANTS) | st.text("01aA -:%_{}", max_size=6),
    cast=st.sampled_from(TYPES),
    quoted=st.booleans(),
)
def test_so_it_is_where_any_text_is_compared_with_any_column(
    things: Things, operator: str, constant: str, cast: str, quoted: bool
) -> None:
    literal = f"'{constant}'" if quoted else "%s"
    for column in VALUES:
        sql = f"SELECT id FROM things WHERE {column} {operator} {literal}{cast}"
        things.check_if_valid(sql, None if quoted else [constant])


@settings(max_examples=500, deadline=None)
@given(
    operator=st.sampled_from(["=", "<>", "<", ">=", "IS NOT DISTINCT FROM"]),
    value=st.sampled_from([value for _, pool in VALUES.values() for value in pool] + [None, [1], 0.30000000000000004]),
    cast=st.sampled_from(TYPES),
)
@example(operator="=", value=1 / 3, cast="::numeric")
@example(operator="=", value=Decimal("1.51"), cast="::tenth")
@example(operator="=", value="abc", cast="::varchar(2)")
def test_so_it_is_where_any_value_is_compared_with_any_column(
    things: Things, operator: str, value: Any, cast: str
) -> None:
    for column in VALUES:
        things.check_if_valid(f"SELECT id FROM things WHERE {column} {operator} %(value)s{cast}", {"value": value})


@pytest.mark.parametrize("operator", ["=", "<>", "<", ">=", "IS DISTINCT FROM"])
@pytest.mark.parametrize("column", ["at", "moment", "day", "clock"])
def test_a_session_has_a_time_zone_that_a_statement_does_not_tell(things: Things, column: str, operator: str) -> None:
    midnight = datetime(2024, 1, 1)  # noqa: DTZ001
    written = ["2024-01-01", "2024-01-01 00:00", "2024-01-01T00:00:00+00", "2024-01-01 05:30+05:30", "00:00"]
    moments = [midnight, midnight.replace(tzinfo=UTC), midnight.replace(tzinfo=EAST), midnight.date(), midnight.time()]
    for value in (*written, *moments):
        for cast in ("", "::timestamp", "::timestamptz", "::date", "::time"):
            things.check_if_valid(f"SELECT id FROM things WHERE {column} {operator} %s{cast}", (value,))


def test_few_comparisons_are_left_open(things: Things) -> None:
    left_open = {
        (name, value)
        for name, (_, pool) in VALUES.items()
        for value in pool
        if None in things.check(*sent(things.engine, sa.select(THINGS.c.id).where(THINGS.c[name] == value)))
    }
    rounded = {("amount", Decimal("0.1")), ("amount", Decimal("0.10000000000000000001")), ("ratio", 0.0)}
    rounded |= {("ratio", 5e-324), ("big", 2**53), ("big", 2**53 + 1)}
    collated = {("name", "a"), ("name", "A"), ("name", "é"), ("name", "e"), ("kind", "red"), ("kind", "RED")}
    padded = {("name", "a "), ("code", "a"), ("code", "a ")} | {
        ("fixed", text) for text in ("", "a", "A", "ab", "ab  ")
    }
    assert left_open == rounded | collated | padded
