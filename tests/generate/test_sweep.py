from __future__ import annotations

from itertools import groupby, islice
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from fuzz import operation
from fuzz.generate.lessons import Lessons, learn
from fuzz.generate.sweep import AT_FIRST, Sweep, by_turns, stale_sessions
from fuzz.trial import Trial, Verdict
from tests.generate.conftest import Stand
from tests.targets_that_race import Keeping, LongLasting, Losing, Skewing


class Swapping(Skewing):
    """Beside what skews, operations that write only if nobody has written before."""

    def _swap(self, session: Session, account: int) -> Any:
        balance = self.read(session, account)
        row = {"id": account, "balance": balance, "new": (balance or 0) + 1}
        done: Any = session.execute(
            text("UPDATE accounts SET balance = :new WHERE id = :id AND balance = :balance"), row
        )
        session.commit()
        return done.rowcount

    @operation(account=st.just(1))
    def swap_one(self, session: Session, account: int) -> Any:
        return self._swap(session, account)

    @operation(account=st.just(2))
    def swap_two(self, session: Session, account: int) -> Any:
        return self._swap(session, account)

    @operation(account=st.just(3))
    def swap_three(self, session: Session, account: int) -> Any:
        return self._swap(session, account)


def swept(trial: Trial, levels: tuple[str, ...] = ("rc", "ser")) -> list[Verdict]:
    return list(Sweep(trial, Lessons(trial, "x", 1), "x", levels, 1).verdicts())


def test_a_sweep_runs_calls_alone_and_then_explores_every_pair_that_meets_at_every_level(stand: Stand) -> None:
    trial = stand(Losing)
    palettes = learn(trial, "x", 1).palettes()
    verdicts = swept(trial)
    alone = [each for each in verdicts if len(each.history.case.programs) == 1]
    assert len(alone) == len(palettes.calls)
    cases = [verdict.history.case for verdict in verdicts if verdict not in alone]
    assert {(str(each.programs["A"][0]), str(each.programs["B"][0]), each.isolation) for each in cases} == {
        (str(one), str(other), level) for one, other in palettes.met for level in ("rc", "ser")
    }
    assert len({(each.isolation, str(each.programs), each.schedule) for each in cases}) == len(cases)
    assert any(verdict.violations for verdict in verdicts)


def test_what_no_lock_keeps_apart_comes_first(stand: Stand) -> None:
    verdicts = [each for each in swept(stand(Losing)) if len(each.history.case.programs) > 1]
    first = verdicts[0].history.case
    assert (str(first.programs["A"][0]), str(first.programs["B"][0])) == ("deposit(account=1)", "deposit(account=1)")
    assert first.isolation == "rc"
    assert any(verdict.violations for verdict in verdicts[:AT_FIRST])


def test_of_what_compares_and_swaps_one_call_meets_itself_at_first_and_two_calls_of_an_operation_before_one_with_itself(
    stand: Stand,
) -> None:
    cases = [verdict.history.case for verdict in swept(stand(Swapping), ("rc",))]
    pairs = {str(case.programs): [calls[0] for calls in case.programs.values()] for case in cases}
    own = [pair for pair in pairs.values() if len({call.operation for call in pair}) < len(pair) == 2]
    accounts = [(pair[0].operation, *(call.arguments["account"] for call in pair)) for pair in own]
    assert [operation for operation, *_ in accounts] == ["swap_one", *["withdraw"] * 3, "swap_three", "swap_two"]
    assert accounts.index(("withdraw", 1, 2)) < accounts.index(("withdraw", 2, 2))


def test_with_the_lock_nothing_is_found(stand: Stand) -> None:
    assert not any(verdict.violations for verdict in swept(stand(Keeping), ("rc",)))


def test_turns_are_taken_until_both_have_come_to_their_ends() -> None:
    assert "".join(by_turns(iter("abcdefg"), iter("xyz"), 2)) == "abxycdzefg"
    assert "".join(by_turns(iter(""), iter("xyz"), 2)) == "xyz"
    assert "".join(by_turns(iter("abcde"), iter("uvwxyz"), 1, 3)) == "auvwbxyzcde"


def test_a_sweep_over_long_sessions_has_b_write_what_a_touched_and_writes(stand: Stand) -> None:
    acts = learn(stand(LongLasting), "x", 1).palettes().acts
    cases = list(islice(stale_sessions(acts, "x", ("rc",), 1), 200))
    assert cases
    assert list(islice(stale_sessions(acts, "x", ("rc",), 1), 200)) == cases
    for each in cases[:20]:
        assert [len(calls) for calls in each.programs.values()] == [4, 2]
        assert each.programs["B"][0].operation == each.programs["A"][2].operation == "transfer"
        assert each.switches == 1


def test_of_three_sessions_that_are_long_two_write_before_the_first_goes_on(stand: Stand) -> None:
    acts = learn(stand(LongLasting), "x", 1).palettes().acts
    for each in islice(stale_sessions(acts, "x", ("rc",), 1, 3), 20):
        assert [len(calls) for calls in each.programs.values()] == [4, 2, 2]
        assert "".join(name for name, _ in groupby(each.schedule)) == "ABC"


def test_rings_of_three_come_after_the_pairs_in_conflict(stand: Stand) -> None:
    trial = stand(Losing)
    verdicts = islice(Sweep(trial, Lessons(trial, "x", 1), "x", ("rc",), 1, 3).verdicts(), 250)
    sizes = [len(verdict.history.case.programs) for verdict in verdicts]
    assert set(sizes) == {1, 2, 3}
    assert sizes.index(1) < sizes.index(2) < sizes.index(3)
    assert sizes.count(3) > AT_FIRST
