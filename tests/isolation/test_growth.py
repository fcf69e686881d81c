"""Large histories: judged to the end, and nothing in them is missed for their size."""

from __future__ import annotations

import random
from collections import Counter
from itertools import cycle, product
from string import ascii_lowercase

import pytest

from fuzz.isolation import anomalies, forbidden_at
from fuzz.isolation.anomalies import REACH
from tests.isolation.notation import transactions
from tests.isolation.runs import Database

ROWS = ["".join(letters) for letters in product(ascii_lowercase[:15], repeat=2)]


def interleaved(count: int, sessions: int, seed: int) -> tuple[str, dict[int, str]]:
    """Transactions of five accesses each, as READ COMMITTED runs them in sessions that take turns at random."""
    rng, database = random.Random(seed), Database(snapshots=False)
    left: dict[int, int] = {}
    running: dict[str, int] = {}
    owner: dict[int, str] = {}
    while len(owner) < count or running:
        session = f"S{rng.randrange(sessions)}"
        if session not in running:
            if len(owner) == count:
                continue
            running[session] = len(owner) + 1
            owner[running[session]] = session
            left[running[session]] = 5
        number = running[session]
        left[number] -= 1
        if left[number] < 0:
            database.end(running.pop(session), commits=True)
        else:
            database.act(number, rng.choice("rw"), rng.choice(ROWS))
    return " ".join(database.text), owner


def test_ten_thousand_transactions_one_after_the_other_show_nothing() -> None:
    serial = (f"r{i}({row}) w{i}({row}) c{i}" for i, row in zip(range(1, 10_001), cycle(ROWS)))
    assert anomalies(transactions(" ".join(serial))) == []


def test_ten_thousand_transactions_that_run_at_once_are_judged() -> None:
    found = anomalies(transactions(*interleaved(10_000, sessions=8, seed=1)))
    words = Counter(anomaly.adya for anomaly in found)
    assert words["G-single"] > 10
    assert words["G2-item"] > 10
    assert not words.keys() & forbidden_at("rc")


def test_each_of_a_thousand_separate_races_is_told() -> None:
    races = [
        f"r{a}({row}) r{a + 1}({row}) w{a}({row}) c{a} w{a + 1}({row}) c{a + 1}"
        for a, row in zip(range(1, 2_001, 2), cycle(ROWS))
    ]
    found = anomalies(transactions(" ".join(races)))
    assert Counter((anomaly.name, len(anomaly.transactions)) for anomaly in found) == {("lost-update", 2): 1_000}


def ring(size: int) -> str:
    """Each reads a row that the next writes, and the last one that the first writes."""
    numbers = range(1, size + 1)
    reads = [f"r{i}({ROWS[i]})" for i in numbers]
    writes = [f"w{i % size + 1}({ROWS[i]})" for i in numbers]
    return " ".join([*reads, *writes, *(f"c{i}" for i in numbers)])


@pytest.mark.parametrize("size", [2, REACH - 1, REACH, REACH + 1, 3 * REACH])
def test_a_cycle_is_found_however_large_it_is(size: int) -> None:
    (anomaly,) = anomalies(transactions(ring(size)))
    assert (anomaly.adya, len(anomaly.cycle)) == ("G2-item", size)
