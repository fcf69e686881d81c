"""How long it takes to judge a long history, and how that grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from time import perf_counter
from typing import Any

from fuzz.case import Call, Case
from fuzz.checks import ALL, Evidence, Rules, Serial, judge
from fuzz.history import Column, Commit, History, Outcome, Step, Table, Write
from tests.benchmarks.figures import Figure

GOAL_S = 10.0
ROWS = 1_000
SMALLER = 4
"""How many times smaller the history is that it is compared with."""

_TABLE = Table("accounts", ("id",), ("id", "balance", "revision_number"))
_COLUMNS = tuple(Column(name, "accounts", name) for name in _TABLE.columns)
_READ = "SELECT accounts.id, accounts.balance, accounts.revision_number FROM accounts WHERE accounts.id = %(id)s"
_WRITE = (
    "UPDATE accounts SET balance=%(balance)s, revision_number=%(revision_number)s "
    "WHERE accounts.id = %(id)s AND accounts.revision_number = %(old)s"
)


def measure_judging(*, transactions: int) -> Iterator[Figure]:
    """Seconds to judge a history of so many transactions, all checks on, and of a smaller one."""
    smaller, larger = (_seconds(long_history(number)) for number in (transactions // SMALLER, transactions))
    yield Figure(
        group="judging",
        name=f"{transactions:,} transactions, beside {transactions // SMALLER:,}",
        value=larger,
        unit="s",
        base=smaller,
        ratio=larger / smaller,
        goal=f"< {GOAL_S:g} s",
        met=larger < GOAL_S,
    )


def _seconds(history: History) -> float:
    rules = Rules((*ALL, "strict"), "revision_number", {}, frozenset())
    start = perf_counter()
    found = judge(Evidence(history, rules, Serial(lambda _: history, list, lambda _: (), list)))
    taken = perf_counter() - start
    assert found, "two sessions that read and then write in turn do get in each other's way"
    return taken


def long_history(transactions: int) -> History:
    """Two sessions that change rows at random, a call each time; one transaction in fifty overlaps the one before."""
    writer = _Writer(Random(1))
    for number in range(transactions // 2):
        writer.pair(overlap=number % 25 == 0)
    return writer.history()


class _Writer:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._rows: dict[int, dict[str, Any]] = {
            key: {"id": key, "balance": 0, "revision_number": 0} for key in range(ROWS)
        }
        self._seed = tuple(dict(row) for row in self._rows.values())
        self._steps: list[Step] = []
        self._commits: list[Commit] = []
        self._outcomes: list[Outcome] = []
        self._calls = {"A": 0, "B": 0}

    def pair(self, *, overlap: bool) -> None:
        """A transaction of each session, of the same row where they overlap."""
        one = self._random.randrange(ROWS)
        other = one if overlap else self._random.randrange(ROWS)
        seen = self._read("A", one)
        early = self._read("B", other) if overlap else None
        self._write("A", seen)
        self._write("B", early or self._read("B", other))

    def _read(self, session: str, key: int) -> dict[str, Any]:
        row = dict(self._rows[key])
        self._step(session, _READ, {"id": key}, "SELECT 1", (tuple(map(str, row.values())),))
        return row

    def _write(self, session: str, seen: dict[str, Any]) -> None:
        key, before = seen["id"], dict(self._rows[seen["id"]])
        after = {**seen, "balance": seen["balance"] + 1, "revision_number": before["revision_number"] + 1}
        self._step(session, _WRITE, {**after, "old": before["revision_number"]}, "UPDATE 1", ())
        self._rows[key] = after
        self._step(session, "COMMIT", None, "", (), ends=True)
        call = self._calls[session]
        write = Write("accounts", before, after)
        self._commits.append(Commit(len(self._steps), session, call, (write,), {}))
        done = Call("change", {"account": key})
        self._outcomes.append(Outcome(session, call, done, None, None, False, None, len(self._steps)))
        self._calls[session] = call + 1

    def _step(
        self,
        session: str,
        sql: str,
        parameters: Mapping[str, Any] | None,
        tag: str,
        rows: tuple[tuple[str, ...], ...],
        *,
        ends: bool = False,
    ) -> None:
        number, call = len(self._steps) + 1, self._calls[session]
        columns = _COLUMNS if rows else ()
        self._steps.append(
            Step(number, session, call, sql, parameters, "", tag, columns, rows, (), number, None, ends=ends)
        )

    def history(self) -> History:
        programs = {
            session: tuple(outcome.invocation for outcome in self._outcomes if outcome.session == session)
            for session in self._calls
        }
        case = Case("x.py:X", "rc", programs, tuple(step.session for step in self._steps))
        seed = {"accounts": self._seed}
        return History(
            case,
            tuple(self._steps),
            tuple(self._outcomes),
            tuple(self._commits),
            seed,
            {"accounts": _TABLE},
            {},
            tuple((step.session, step.call) for step in self._steps),
        )
