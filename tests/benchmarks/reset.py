"""What a reset costs, at first and after many: dead rows make it slower, VACUUM now and then keeps it fast."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from statistics import median
from time import perf_counter

from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from fuzz.postgres.reset import VACUUM_EVERY
from models import Network
from tests.benchmarks.figures import Figure


def measure_reset(server: Server, *, resets: int) -> Iterator[Figure]:
    """Milliseconds per reset of all tables of the reference target.

    Args:
        server: where.
        resets: how many lie between the first ones and the last ones; each writes every row anew.
    """
    with server.scratch() as scratch, closing(Stage(Network(), scratch)) as stage:
        tables = frozenset(stored.table.name for stored in stage.catalogue.tables.values())
        milliseconds = [_milliseconds(stage, tables) for _ in range(resets + VACUUM_EVERY)]
    # A whole period between two VACUUMs each, so that the mean holds one of them; the median tells it from noise.
    first, last = milliseconds[:VACUUM_EVERY], milliseconds[resets:]
    yield Figure(
        "reset", f"of {len(tables)} tables, median", median(last), "ms", median(first), median(last) / median(first)
    )
    yield Figure("reset", "VACUUM with it, mean", _mean(last), "ms", _mean(first), _mean(last) / _mean(first))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _milliseconds(stage: Stage, tables: frozenset[str]) -> float:
    start = perf_counter()
    stage._reset(tables)
    return 1000 * (perf_counter() - start)
