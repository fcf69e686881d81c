from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from fuzz import operation
from fuzz.generate.lessons import Lessons, learn
from tests.generate.conftest import Stand
from tests.targets_that_race import LongLasting, _Accounts


class Refused(Exception):
    """An account that is closed."""


class Choosy(_Accounts):
    """Takes some arguments only."""

    expected: ClassVar[tuple[type[Exception], ...]] = (Refused,)

    @operation(account=st.integers(1, 8), amount=st.sampled_from([1, 2]))
    def pay(self, session: Session, account: int, amount: int) -> None:
        """Only the third account and those after it are open."""
        if account < 3:
            raise Refused
        session.execute(text(f"UPDATE accounts SET balance = balance + {amount} WHERE id = 3"))
        session.commit()

    @operation(account=st.sampled_from([1, 2, 3]))
    def look(self, session: Session, account: int) -> None:
        """Writes nothing."""
        session.execute(text(f"SELECT balance FROM accounts WHERE id = {account}"))


def test_the_first_lesson_ends_with_a_call_of_each_operation_that_writes(stand: Stand) -> None:
    lessons = Lessons(stand(Choosy), "x", 1)
    ran = [str(verdict.history.case.programs["A"][0]) for verdict in lessons.some(0)]
    paid = [name for name in ran if name.startswith("pay")]
    assert paid[:3] == ["pay(account=1, amount=1)", "pay(account=1, amount=2)", "pay(account=2, amount=1)"]
    assert paid[-1] == "pay(account=3, amount=1)"
    assert [str(call) for call, _ in lessons.writers] == ["pay(account=3, amount=1)"]
    assert sum(name.startswith("look") for name in ran) == 3


def test_a_call_that_writes_the_same_rows_teaches_nothing_new_and_none_is_run_twice(stand: Stand) -> None:
    lessons = Lessons(stand(Choosy), "x", 1)
    ran = [str(verdict.history.case.programs["A"]) for lesson in (0, 1) for verdict in lessons.some(lesson)]
    assert len(lessons.writers) == 1
    ran += [str(verdict.history.case.programs["A"]) for verdict in lessons.all()]
    assert len(ran) == len(set(ran)) == len(lessons.calls) == len(lessons.alone)


class Versioned(_Accounts):
    """Every operation takes the revision that it expects, which none but the first has."""

    expected: ClassVar[tuple[type[Exception], ...]] = (Refused,)

    @operation(account=st.sampled_from([1, 2]), expected=st.sampled_from([0, 9]))
    def add(self, session: Session, account: int, expected: int) -> None:
        self._change(session, account, expected)

    @operation(account=st.sampled_from([1, 2]), expected=st.sampled_from([0, 9]))
    def remove(self, session: Session, account: int, expected: int) -> None:
        self._change(session, account, expected)

    def _change(self, session: Session, account: int, expected: int) -> None:
        if expected:
            raise Refused
        session.execute(text(f"UPDATE accounts SET balance = balance + 1 WHERE id = {account}"))
        session.commit()


def test_what_a_value_was_refused_for_twice_is_learnt_about_last(stand: Stand) -> None:
    lessons = Lessons(stand(Versioned), "x", 1)
    early = [str(verdict.history.case.programs["A"][0]) for lesson in (0, 1) for verdict in lessons.some(lesson)]
    late = [str(verdict.history.case.programs["A"][0]) for verdict in lessons.all()]
    assert [name for name in early if "expected=9" in name] == [
        "add(account=1, expected=9)",
        "add(account=2, expected=9)",
    ]
    assert late == ["remove(account=1, expected=9)", "remove(account=2, expected=9)"]


def test_calls_that_were_not_run_are_counted(stand: Stand) -> None:
    lessons = Lessons(stand(Choosy), "x", 1)
    assert len(list(lessons.all(most=4))) == 4
    assert lessons.unlearnt == len(lessons.calls) - 4
    list(lessons.all())
    assert lessons.unlearnt == 0


NUMBERS = {"account": st.integers(1, 8), "amount": st.integers(1, 8)}


class Crowded(_Accounts):
    """Has more calls than are run; of those that come first, each that would write is refused."""

    expected: ClassVar[tuple[type[Exception], ...]] = (Refused,)

    @operation(**NUMBERS)
    def pay(self, session: Session, account: int, amount: int) -> None:
        """Only the last account is open."""
        if account < 8:
            raise Refused
        session.execute(text(f"UPDATE accounts SET balance = balance + {amount} WHERE id = 3"))
        session.commit()


def looking(name: str) -> Callable[..., None]:
    def look(self: Crowded, session: Session, account: int, amount: int) -> None:
        """Does nothing."""

    look.__name__ = name
    return operation(**NUMBERS)(look)


def test_a_call_that_writes_is_learnt_about_though_many_that_are_refused_come_first(stand: Stand) -> None:
    names = [f"look_{number}" for number in range(7)]
    target = type("Crowded", (Crowded,), {name: looking(name) for name in names})
    learnt = learn(stand(target), "x", 1)
    assert len(learnt.alone) < len(learnt.calls)
    assert [str(call) for call, _ in learnt.writers] == ["pay(account=8, amount=1)"]


def test_of_long_sessions_acts_are_learnt_as_well(stand: Stand) -> None:
    lessons = learn(stand(LongLasting), "x", 1)
    assert lessons.lasting
    assert lessons.palettes().acts
    assert lessons.palettes() is lessons.palettes()
