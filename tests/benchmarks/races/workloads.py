"""The races that are looked for: each is a target for rowrace, and a few calls for tools that are told what to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call
from tests.benchmarks.small import Base, Counter


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of an attempt.

    Attributes:
        errors: names of the exceptions that left a call, and of those behind them.
        numbers: of the counters that are left, by their ids.
    """

    errors: frozenset[str]
    numbers: Mapping[int, int]


class Race(Target):
    """Calls of two sessions on a few counters that can come to harm.

    Attributes:
        told: the race's name, for people.
        first: the counters' numbers before an attempt.
        calls: what to run at the same time, a session each. rowrace is not told.
    """

    metadata = Base.metadata
    told: ClassVar[str]
    first: ClassVar[Mapping[int, int]] = {1: 0}
    calls: ClassVar[tuple[Call, Call]]

    def seed(self, session: Session) -> None:
        session.add_all(Counter(id=key, number=number) for key, number in self.first.items())

    def harm(self, ending: Ending) -> bool:
        """Whether an attempt shows the race."""
        raise NotImplementedError


class LostUpdate(Race):
    told = "lost update"
    calls = (Call("add"), Call("add"))

    @operation
    def add(self, session: Session) -> None:
        session.get_one(Counter, 1).number += 1
        session.commit()

    def harm(self, ending: Ending) -> bool:
        return not ending.errors and ending.numbers[1] == 1


class ExpiredRow(Race):
    told = "expired row deleted"
    calls = (Call("read_twice"), Call("remove"))

    @operation
    def read_twice(self, session: Session) -> int | None:
        counter = session.get(Counter, 1)
        session.commit()
        return counter.number if counter else None

    @operation
    def remove(self, session: Session) -> None:
        session.execute(delete(Counter).where(Counter.id == 1))
        session.commit()

    def harm(self, ending: Ending) -> bool:
        return "ObjectDeletedError" in ending.errors


class WriteSkew(Race):
    told = "write skew, REPEATABLE READ"
    isolation = ("rr",)
    first: ClassVar[Mapping[int, int]] = {1: 1, 2: 1}
    calls = (Call("take", {"key": 1}), Call("take", {"key": 2}))

    @operation(key=st.sampled_from([1, 2]))
    def take(self, session: Session, key: int) -> None:
        counters = {counter.id: counter for counter in session.scalars(select(Counter))}
        if sum(counter.number for counter in counters.values()) > 1:
            counters[key].number = 0
        session.commit()

    def harm(self, ending: Ending) -> bool:
        return not ending.errors and not any(ending.numbers.values())


class Deadlock(Race):
    told = "deadlock"
    first: ClassVar[Mapping[int, int]] = {1: 0, 2: 0}
    calls = (Call("move", {"source": 1, "to": 2}), Call("move", {"source": 2, "to": 1}))

    @operation(source=st.sampled_from([1, 2]), to=st.sampled_from([1, 2]))
    def move(self, session: Session, source: int, to: int) -> None:
        for key, change in ((source, -1), (to, 1)):
            session.execute(update(Counter).where(Counter.id == key).values(number=Counter.number + change))
        session.commit()

    def harm(self, ending: Ending) -> bool:
        return "DeadlockDetected" in ending.errors


class TwoPreemptions(Race):
    told = "two preemptions"
    first: ClassVar[Mapping[int, int]] = {1: 0, 2: 0, 3: 0}
    calls = (Call("climb"), Call("watch"))
    stages: ClassVar[int] = 2

    @operation
    def climb(self, session: Session) -> None:
        """Commit one stage after the other."""
        _look_elsewhere(session)
        for stage in range(1, self.stages + 1):
            session.execute(update(Counter).where(Counter.id == 1).values(number=stage))
            session.commit()
        _look_elsewhere(session)

    @operation
    def watch(self, session: Session) -> None:
        """Do harm between the two looks at the stage that must be the first and the second, and nothing otherwise."""
        _look_elsewhere(session)
        if [_number(session, 1), _number(session, 1)] == [1, 2]:
            session.execute(update(Counter).where(Counter.id == 2).values(number=1))
        session.commit()
        _look_elsewhere(session)

    def harm(self, ending: Ending) -> bool:
        return ending.numbers[2] == 1


class ThreePreemptions(TwoPreemptions):
    told = "three preemptions"
    stages = 3


def _look_elsewhere(session: Session) -> None:
    """Statements at which a switch changes nothing."""
    for _ in range(3):
        _number(session, 3)


def _number(session: Session, key: int) -> int:
    return session.scalars(select(Counter.number).where(Counter.id == key)).one()


RACES: Mapping[str, type[Race]] = {
    race.__name__: race for race in (LostUpdate, ExpiredRow, WriteSkew, Deadlock, TwoPreemptions, ThreePreemptions)
}
