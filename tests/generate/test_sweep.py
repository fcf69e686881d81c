from __future__ import annotations

from itertools import groupby, islice

from fuzz.generate.lessons import Lessons, learn
from fuzz.generate.sweep import AT_FIRST, Sweep, by_turns, stale_sessions
from fuzz.trial import Trial, Verdict
from tests.generate.conftest import Stand
from tests.targets_that_race import Keeping, LongLasting, Losing


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


def test_with_the_lock_nothing_is_found(stand: Stand) -> None:
    assert not any(verdict.violations for verdict in swept(stand(Keeping), ("rc",)))


def test_turns_are_taken_until_both_have_come_to_their_ends() -> None:
    assert "".join(by_turns(iter("abcdefg"), iter("xyz"), 2)) == "abxycdzefg"
    assert "".join(by_turns(iter(""), iter("xyz"), 2)) == "xyz"


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
