from __future__ import annotations

from collections import Counter

from fuzz.case import Call
from fuzz.generate.lessons import learn
from models import Sessions
from tests.generate.conftest import Stand
from tests.generate.test_lessons import Choosy
from tests.targets_that_race import Crossing, Losing


def test_three_of_four_cases_begin_with_calls_that_meet(stand: Stand) -> None:
    palettes = learn(stand(Losing), "x", 1).palettes()
    begun = Counter(palettes.palette(number, 2).first in palettes.met for number in range(len(palettes)))
    assert begun[True] >= 3 * len(palettes) / 4
    assert begun[False] > 0
    assert ((Call("deposit", {"account": 1}),) * 2) in palettes.met
    assert (Call("deposit", {"account": 1}), Call("deposit", {"account": 2})) in palettes.met
    assert all("deposit" in {call.operation for call in pair} for pair in palettes.met)
    assert palettes.lengths == {"deposit": 4, "read": 2}


def test_palettes_are_the_same_for_the_same_seed(stand: Stand) -> None:
    assert learn(stand(Crossing), "x", 1).palettes() == learn(stand(Crossing), "x", 1).palettes()
    assert learn(stand(Crossing), "x", 1).palettes() != learn(stand(Crossing), "x", 2).palettes()


def test_a_third_session_begins_with_a_call_that_meets_one_of_the_two(stand: Stand) -> None:
    palettes = learn(stand(Losing), "x", 1).palettes()
    joined = [palettes.palette(number, 3).first for number in range(len(palettes))]
    assert [first[:2] for first in joined] == [palettes.palette(number, 2).first for number in range(len(palettes))]
    assert {len(first) for first in joined} == {3}
    assert max(len({str(call) for call in first}) for first in joined) == 3
    for one, other, third in joined[-50:]:
        assert third in [*palettes.beside[str(one)], *palettes.beside[str(other)]]
    assert palettes.choices(3) >= 6


def test_a_call_is_as_long_as_it_was_alone_and_not_as_the_longest_of_its_operation(stand: Stand) -> None:
    palettes = learn(stand(Choosy), "x", 1).palettes()
    lengths = [palettes.length(Call("pay", {"account": account, "amount": 1})) for account in (1, 3)]
    assert lengths == [0, 2]
    assert palettes.length(Call("pay", {"account": 99, "amount": 1})) == palettes.lengths["pay"] == 2


def test_in_a_long_session_a_commit_is_as_long_as_what_came_before_has_made_it(stand: Stand) -> None:
    palettes = learn(stand(Sessions), "x", 1).palettes()
    assert palettes.lengths["get"] == 1
    assert palettes.length(Call("commit", {})) == palettes.lengths["commit"] > 2
    deletes = {palettes.length(call) for call in palettes.calls if call.operation == "delete"}
    assert len(deletes) > 1
    assert max(deletes) == palettes.lengths["delete"]
