"""What a reset costs, at first and after many: dead rows make it slower, VACUUM now and then keeps it fast."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from statistics import median
from time import perf_counter

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text, insert
from sqlalchemy.orm import Session

from fuzz import Target
from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from fuzz.postgres.reset import VACUUM_EVERY
from tests.benchmarks.figures import Figure

TABLES = 15
ROWS = 30
GOAL_MS = 1.0
GROWTH = 1.2
"""How much longer it may take at the end than at first."""


METADATA = MetaData()

for place in range(TABLES):
    _above: list[Column[int]] = [Column("parent", ForeignKey(f"table_{place - 1}.id"))] if place else []
    Table(f"table_{place}", METADATA, Column("id", Integer, primary_key=True), Column("name", Text), *_above)


WRITE_ALL = "; ".join(f"UPDATE {table} SET name = name" for table in METADATA.tables).encode()


class Fifteen(Target):
    """As many tables as a service of middling size has, with foreign keys and a few rows each."""

    metadata = METADATA

    def seed(self, session: Session) -> None:
        for table in METADATA.sorted_tables:
            above = {"parent": 0} if "parent" in table.columns else {}
            rows = [{"id": key, "name": f"row {key}", **above} for key in range(ROWS // TABLES)]
            session.execute(insert(table), rows)


def measure_reset(server: Server, *, resets: int) -> Iterator[Figure]:
    """Milliseconds per reset of all tables.

    Args:
        server: where.
        resets: how many lie between the first ones and the last ones; every row is written before each.
    """
    with server.scratch() as scratch, closing(Stage(Fifteen(), scratch)) as stage, scratch.connect() as writer:
        milliseconds = [_milliseconds(stage, writer) for _ in range(resets + VACUUM_EVERY)]
    # A whole period between two VACUUMs each, so that the mean holds one of them; the median tells it from noise.
    first, last = milliseconds[:VACUUM_EVERY], milliseconds[resets:]
    yield _figure(f"of {TABLES} tables, {ROWS} rows, median", median(last), median(first))
    yield _figure("VACUUM with it, mean", _mean(last), _mean(first))


def _figure(name: str, last: float, first: float) -> Figure:
    """Last beside first."""
    met = last <= GOAL_MS and last <= GROWTH * first
    return Figure("reset", name, last, "ms", first, last / first, goal=f"<= {GOAL_MS:g} ms, {GROWTH}", met=met)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _milliseconds(stage: Stage, writer: Connection[TupleRow]) -> float:
    writer.execute(WRITE_ALL)
    start = perf_counter()
    stage._reset()
    return 1000 * (perf_counter() - start)
