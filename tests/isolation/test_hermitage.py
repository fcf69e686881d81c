"""Hermitage's cases for PostgreSQL, each at three levels: what the statements show, what is left, and what is wrong.

After Martin Kleppmann's Hermitage (github.com/ept/hermitage, postgres.md), with its names. Its twenty are these cases
at the levels that it shows them at; how they go at the others follows from what these levels promise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import strategies as st
from sqlalchemy import CursorResult, Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.accesses import transactions_of
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.history import History, Outcome
from fuzz.isolation import Anomaly, anomalies, forbidden_at
from fuzz.postgres import Server

CASES = {
    "G0": """
        A UPDATE test SET value = 11 WHERE id = 1
        B UPDATE test SET value = 12 WHERE id = 1
        A UPDATE test SET value = 21 WHERE id = 2
        A commit
        B UPDATE test SET value = 22 WHERE id = 2
        B commit
    """,
    "G1a": """
        A UPDATE test SET value = 101 WHERE id = 1
        B SELECT id, value FROM test
        A rollback
        B SELECT id, value FROM test
        B commit
    """,
    "G1b": """
        A UPDATE test SET value = 101 WHERE id = 1
        B SELECT id, value FROM test
        A UPDATE test SET value = 11 WHERE id = 1
        A commit
        B SELECT id, value FROM test
        B commit
    """,
    "G1c": """
        A UPDATE test SET value = 11 WHERE id = 1
        B UPDATE test SET value = 22 WHERE id = 2
        A SELECT id, value FROM test WHERE id = 2
        B SELECT id, value FROM test WHERE id = 1
        A commit
        B commit
    """,
    "OTV": """
        A UPDATE test SET value = 11 WHERE id = 1
        A UPDATE test SET value = 19 WHERE id = 2
        B UPDATE test SET value = 12 WHERE id = 1
        A commit
        C SELECT id, value FROM test WHERE id = 1
        B UPDATE test SET value = 18 WHERE id = 2
        C SELECT id, value FROM test WHERE id = 2
        B commit
        C SELECT id, value FROM test WHERE id = 2
        C SELECT id, value FROM test WHERE id = 1
        C commit
    """,
    "PMP": """
        A SELECT id, value FROM test WHERE value = 30
        B INSERT INTO test VALUES (3, 30)
        B commit
        A SELECT id, value FROM test WHERE value % 3 = 0
        A commit
    """,
    "PMP by a write": """
        A UPDATE test SET value = value + 10
        B DELETE FROM test WHERE value = 20
        A commit
        B SELECT id, value FROM test WHERE value = 20
        B commit
    """,
    "P4": """
        A SELECT id, value FROM test WHERE id = 1
        B SELECT id, value FROM test WHERE id = 1
        A UPDATE test SET value = 11 WHERE id = 1
        B UPDATE test SET value = 11 WHERE id = 1
        A commit
        B commit
    """,
    "G-single": """
        A SELECT id, value FROM test WHERE id = 1
        B SELECT id, value FROM test WHERE id = 1
        B SELECT id, value FROM test WHERE id = 2
        B UPDATE test SET value = 12 WHERE id = 1
        B UPDATE test SET value = 18 WHERE id = 2
        B commit
        A SELECT id, value FROM test WHERE id = 2
        A commit
    """,
    "G-single by conditions": """
        A SELECT id, value FROM test WHERE value % 5 = 0
        B UPDATE test SET value = 12 WHERE value = 10
        B commit
        A SELECT id, value FROM test WHERE value % 3 = 0
        A commit
    """,
    "G-single by a write": """
        A SELECT id, value FROM test WHERE id = 1
        B SELECT id, value FROM test
        B UPDATE test SET value = 12 WHERE id = 1
        B UPDATE test SET value = 18 WHERE id = 2
        B commit
        A DELETE FROM test WHERE value = 20
        A commit
    """,
    "G2-item": """
        A SELECT id, value FROM test WHERE id IN (1, 2)
        B SELECT id, value FROM test WHERE id IN (1, 2)
        A UPDATE test SET value = 11 WHERE id = 1
        B UPDATE test SET value = 21 WHERE id = 2
        A commit
        B commit
    """,
    "G2": """
        A SELECT id, value FROM test WHERE value % 3 = 0
        B SELECT id, value FROM test WHERE value % 3 = 0
        A INSERT INTO test VALUES (3, 30)
        B INSERT INTO test VALUES (4, 42)
        A commit
        B commit
    """,
    "G2 by a condition that can be told": """
        A SELECT id, value FROM test WHERE value >= 30
        B SELECT id, value FROM test WHERE value >= 30
        A INSERT INTO test VALUES (3, 30)
        B INSERT INTO test VALUES (4, 42)
        A commit
        B commit
    """,
    "G2 by two edges": """
        A SELECT id, value FROM test
        B UPDATE test SET value = value + 5 WHERE id = 2
        B commit
        C SELECT id, value FROM test
        C commit
        A UPDATE test SET value = 0 WHERE id = 1
        A commit
    """,
}


class Verdict(NamedTuple):
    """How a case goes at a level.

    Attributes:
        shown: what each session's queries show, as "id=value", or which error its last statement meets.
        left: the rows in the end.
        phenomena: names and Elle's words; in brackets where the statements do not tell which rows they are about.
    """

    shown: str
    left: str
    phenomena: str = ""


_CHANGED = "concurrent update"
_CYCLE = "read/write dependencies"
_SKEW = Verdict("A 1=10 2=20; B 1=10 2=20", "1=11 2=21", "write-skew G2-item")
_OTV = Verdict(f"A; B {_CHANGED}; C 1=11, 2=19, 2=19, 1=11", "1=11 2=19")
_TWO_EDGES = Verdict("A 1=10 2=20; B; C 1=10 2=25", "1=0 2=25", "g2-item G2-item")

VERDICTS: dict[tuple[str, str], Verdict] = {
    ("G0", "rc"): Verdict("A; B", "1=12 2=22"),
    ("G0", "rr"): Verdict(f"A; B {_CHANGED}", "1=11 2=21"),
    ("G0", "ser"): Verdict(f"A; B {_CHANGED}", "1=11 2=21"),
    ("G1a", "rc"): Verdict("A; B 1=10 2=20, 1=10 2=20", "1=10 2=20"),
    ("G1a", "rr"): Verdict("A; B 1=10 2=20, 1=10 2=20", "1=10 2=20"),
    ("G1a", "ser"): Verdict("A; B 1=10 2=20, 1=10 2=20", "1=10 2=20"),
    ("G1b", "rc"): Verdict("A; B 1=10 2=20, 1=11 2=20", "1=11 2=20", "non-repeatable-read G-single"),
    ("G1b", "rr"): Verdict("A; B 1=10 2=20, 1=10 2=20", "1=11 2=20"),
    ("G1b", "ser"): Verdict("A; B 1=10 2=20, 1=10 2=20", "1=11 2=20"),
    ("G1c", "rc"): Verdict("A 2=20; B 1=10", "1=11 2=22", "write-skew G2-item"),
    ("G1c", "rr"): Verdict("A 2=20; B 1=10", "1=11 2=22", "write-skew G2-item"),
    ("G1c", "ser"): Verdict(f"A 2=20; B {_CYCLE}", "1=11 2=20"),
    ("OTV", "rc"): Verdict(
        "A; B; C 1=11, 2=19, 2=18, 1=12", "1=12 2=18", "non-repeatable-read G-single; read-skew G-single"
    ),
    ("OTV", "rr"): _OTV,
    ("OTV", "ser"): _OTV,
    ("PMP", "rc"): Verdict("A none, 3=30; B", "1=10 2=20 3=30", "phantom G-single"),
    ("PMP", "rr"): Verdict("A none, none; B", "1=10 2=20 3=30"),
    ("PMP", "ser"): Verdict("A none, none; B", "1=10 2=20 3=30"),
    ("PMP by a write", "rc"): Verdict("A; B 1=20", "1=20 2=30", "phantom G-single"),
    ("PMP by a write", "rr"): Verdict(f"A; B {_CHANGED}", "1=20 2=30"),
    ("PMP by a write", "ser"): Verdict(f"A; B {_CHANGED}", "1=20 2=30"),
    ("P4", "rc"): Verdict("A 1=10; B 1=10", "1=11 2=20", "lost-update G-single; non-repeatable-read G-single"),
    ("P4", "rr"): Verdict(f"A 1=10; B {_CHANGED}", "1=11 2=20"),
    ("P4", "ser"): Verdict(f"A 1=10; B {_CHANGED}", "1=11 2=20"),
    ("G-single", "rc"): Verdict("A 1=10, 2=18; B 1=10, 2=20", "1=12 2=18", "read-skew G-single"),
    ("G-single", "rr"): Verdict("A 1=10, 2=20; B 1=10, 2=20", "1=12 2=18"),
    ("G-single", "ser"): Verdict("A 1=10, 2=20; B 1=10, 2=20", "1=12 2=18"),
    ("G-single by conditions", "rc"): Verdict("A 1=10 2=20, 1=12; B", "1=12 2=20", "non-repeatable-read G-single"),
    ("G-single by conditions", "rr"): Verdict("A 1=10 2=20, none; B", "1=12 2=20"),
    ("G-single by conditions", "ser"): Verdict("A 1=10 2=20, none; B", "1=12 2=20"),
    ("G-single by a write", "rc"): Verdict("A 1=10; B 1=10 2=20", "1=12 2=18", "read-skew G-single"),
    ("G-single by a write", "rr"): Verdict(f"A {_CHANGED}; B 1=10 2=20", "1=12 2=18"),
    ("G-single by a write", "ser"): Verdict(f"A {_CHANGED}; B 1=10 2=20", "1=12 2=18"),
    ("G2-item", "rc"): _SKEW,
    ("G2-item", "rr"): _SKEW,
    ("G2-item", "ser"): Verdict(f"A 1=10 2=20; B {_CYCLE}", "1=11 2=20"),
    ("G2", "rc"): Verdict("A none; B none", "1=10 2=20 3=30 4=42", "(write-skew G2)"),
    ("G2", "rr"): Verdict("A none; B none", "1=10 2=20 3=30 4=42", "(write-skew G2)"),
    ("G2", "ser"): Verdict(f"A none; B {_CYCLE}", "1=10 2=20 3=30"),
    ("G2 by a condition that can be told", "rc"): Verdict("A none; B none", "1=10 2=20 3=30 4=42", "write-skew G2"),
    ("G2 by a condition that can be told", "rr"): Verdict("A none; B none", "1=10 2=20 3=30 4=42", "write-skew G2"),
    ("G2 by a condition that can be told", "ser"): Verdict(f"A none; B {_CYCLE}", "1=10 2=20 3=30"),
    ("G2 by two edges", "rc"): _TWO_EDGES,
    ("G2 by two edges", "rr"): _TWO_EDGES,
    ("G2 by two edges", "ser"): Verdict(f"A {_CYCLE}; B; C 1=10 2=25", "1=10 2=25"),
}


class Hermitage(Target):
    """A table of two rows, and whatever statements are sent to it."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE test (id integer PRIMARY KEY, value integer)"))

    def seed(self, session: Session) -> None:
        session.execute(text("INSERT INTO test VALUES (1, 10), (2, 20)"))

    @operation(statements=st.just(()))
    def send(self, session: Session, statements: Sequence[str]) -> list[Any]:
        shown = []
        for statement in statements:
            if statement in {"commit", "rollback"}:
                getattr(session, statement)()
                continue
            found = session.execute(text(statement))
            if isinstance(found, CursorResult) and found.returns_rows:
                shown.append(sorted(tuple(row) for row in found))
        return shown


@pytest.fixture(scope="module")
def stage(server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(Hermitage(), scratch)) as laid_out:
        yield laid_out


def case(name: str, level: str) -> Case:
    lines = [line.strip().split(" ", 1) for line in CASES[name].strip().splitlines()]
    schedule = tuple(session for session, _ in lines)
    programs = {
        session: (Call("send", {"statements": tuple(statement for of, statement in lines if of == session)}),)
        for session in sorted(set(schedule))
    }
    return Case("test_hermitage.py", level, programs, schedule)


def verdict(history: History) -> Verdict:
    rows = {1: 10, 2: 20}
    for row in (write.row for commit in history.commits for write in commit.writes):
        rows[row["id"]] = row["value"]
    outcomes = sorted(history.outcomes, key=lambda outcome: outcome.session)
    found = {f"{each.name} {each.adya}" if each.certain else f"({each.name} {each.adya})" for each in seen(history)}
    return Verdict("; ".join(map(shown, outcomes)), told(rows.items()), "; ".join(sorted(found)))


def seen(history: History) -> list[Anomaly]:
    return anomalies(transactions_of(history))


def shown(outcome: Outcome) -> str:
    if outcome.failure is None:
        return " ".join([outcome.session, ", ".join(map(told, outcome.result))]).strip()
    return f"{outcome.session} {next(words for words in (_CHANGED, _CYCLE) if words in outcome.failure.message)}"


def told(rows: Any) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(rows)) or "none"


@pytest.mark.parametrize(("name", "level"), VERDICTS)
def test_each_case_goes_as_documented(stage: Stage, name: str, level: str) -> None:
    assert verdict(stage.run(case(name, level))) == VERDICTS[name, level]


@pytest.mark.parametrize(("name", "level"), VERDICTS)
def test_no_level_shows_what_it_promises_to_prevent(stage: Stage, name: str, level: Literal["rc", "rr", "ser"]) -> None:
    assert not forbidden_at(level).intersection(each.adya for each in seen(stage.run(case(name, level))))


def test_every_case_is_judged_at_every_level() -> None:
    assert set(VERDICTS) == {(name, level) for name in CASES for level in ("rc", "rr", "ser")}
