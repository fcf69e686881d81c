from __future__ import annotations

import pytest

from fuzz.campaign.tally import FEW, PLATEAU, Interleavings, Tally
from fuzz.case import Call, Case
from fuzz.postgres import Server
from fuzz.trials import Trials
from tests.targets_that_race import Losing

READ, DEPOSIT = Call("read", {"account": 1}), Call("deposit", {"account": 1})


@pytest.mark.parametrize(
    ("schedules", "different"),
    [
        (("AAABBBBBB", "AABABBBBB"), 1),  # a read, and one of the same row that nobody has committed to yet
        (("ABBBBBBBA", "BBBBBBBAA"), 2),  # a read before the commit, and one after it
        (("ABBBBBBBA", "ABBBBBBBA"), 1),
    ],
)
def test_equivalent_interleavings_count_once_and_others_each(
    server: Server, schedules: tuple[str, ...], different: int
) -> None:
    tally = Tally()
    with Trials(server) as trials:
        for schedule in schedules:
            tally.note(trials.of(Losing)(Case("x", "rc", {"A": (READ,), "B": (DEPOSIT,)}, tuple(schedule))))
    assert len(tally.interleavings) == different
    assert tally.totals.cases == 2


def test_the_same_interleaving_of_other_calls_is_another_one(server: Server) -> None:
    tally = Tally()
    with Trials(server) as trials:
        for account in (1, 2):
            tally.note(trials.of(Losing)(Case("x", "rc", {"A": (Call("read", {"account": account}),)})))
    assert len(tally.interleavings) == 2


def test_interleavings_have_dried_up_when_hardly_any_of_the_last_cases_was_new() -> None:
    met = Interleavings()
    met.note(range(FEW + 1), PLATEAU, 1.0)
    assert not met.have_dried_up
    met.note([0, 1], 1, 2.0)
    assert met.have_dried_up  # the first of those that were new is too long ago by now
    assert met.last_new_s == 1.0
    met.note([FEW + 1], 1, 3.0)
    assert met.last_new_s == 3.0
    assert list(met.after(FEW)) == [FEW, FEW + 1]


def test_few_cases_have_not_dried_up() -> None:
    met = Interleavings()
    met.note([1], PLATEAU - 1, 1.0)
    assert not met.have_dried_up
    met.note([1], 1, 1.0)
    assert met.have_dried_up
