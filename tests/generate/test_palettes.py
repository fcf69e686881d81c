from __future__ import annotations

from collections import Counter

from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.generate.footprint import footprint_of
from fuzz.generate.palettes import learn
from fuzz.generate.sweep import explored_pairs, stale_sessions
from tests.generate.conftest import Stand
from tests.targets_for_engine import Acts, case, change, read, sql
from tests.targets_that_race import Crossing, LongLasting, Losing


def test_a_footprint_is_what_a_call_read_wrote_and_put_in(stand: Stand) -> None:
    stage: Stage = stand(Acts).stage
    call = sql("SELECT id, balance FROM accounts WHERE id < 3", change(3), "INSERT INTO notes (body) VALUES ('x')")
    assert footprint_of(stage.run(case(A=call))).writes == frozenset()
    committed = footprint_of(stage.run(case(A=Call("send", {"statements": (*call.arguments["statements"], "commit")}))))
    assert committed.reads == {("accounts", ("1",)), ("accounts", ("2",))}
    assert {row for row in committed.writes if row[0] == "accounts"} == {("accounts", ("3",))}
    assert committed.inserts == {"notes"}
    assert committed.steps == 4


def test_calls_meet_where_one_writes_what_the_other_touches_or_both_put_in(stand: Stand) -> None:
    stage = stand(Acts).stage
    keyed = "SELECT id FROM accounts WHERE id = 1"
    reads, writes, elsewhere, puts = (
        footprint_of(stage.run(case(A=sql(statement, "commit"))))
        for statement in (keyed, change(1), change(2), "INSERT INTO notes (body) VALUES ('x')")
    )
    assert reads.meets(writes)
    assert writes.meets(reads)
    assert writes.meets(writes)
    assert puts.meets(puts)
    assert not reads.meets(reads)
    assert not writes.meets(elsewhere)
    assert not puts.meets(writes)
    assert not footprint_of(stage.run(case(A=sql(read(1))))).reads


def test_calls_meet_by_foreign_keys_and_by_conditions_too(stand: Stand) -> None:
    stage = stand(Acts).stage
    by_condition, changes, elsewhere = (
        footprint_of(stage.run(case(A=sql(statement, "commit"))))
        for statement in ("SELECT count(*) FROM accounts WHERE id = 1", change(1), change(2))
    )
    assert not by_condition.reads
    assert by_condition.meets(changes)
    assert list(by_condition.tables_met(changes)) == ["accounts"]
    assert not by_condition.meets(elsewhere)
    assert list(by_condition.tables_met(elsewhere)) == []


def test_three_of_four_cases_begin_with_calls_that_meet(stand: Stand) -> None:
    palettes = learn(stand(Losing), "x", 1)
    begun = Counter(palettes[number].first in palettes.met for number in range(len(palettes)))
    assert begun[True] >= 3 * len(palettes) / 4
    assert begun[False] > 0
    assert ((Call("deposit", {"account": 1}),) * 2) in palettes.met
    assert (Call("deposit", {"account": 1}), Call("deposit", {"account": 2})) in palettes.met
    assert all("deposit" in {call.operation for call in pair} for pair in palettes.met)
    assert palettes.lengths == {"deposit": 4, "read": 2}


def test_palettes_are_the_same_for_the_same_seed(stand: Stand) -> None:
    assert learn(stand(Crossing), "x", 1) == learn(stand(Crossing), "x", 1)
    assert learn(stand(Crossing), "x", 1) != learn(stand(Crossing), "x", 2)


def test_a_sweep_explores_every_pair_that_meets_at_every_level(stand: Stand) -> None:
    trial = stand(Losing)
    palettes = learn(trial, "x", 1)
    verdicts = list(explored_pairs(trial, palettes, "x", ("rc", "ser"), 1))
    cases = [verdict.history.case for verdict in verdicts]
    assert {(str(each.programs["A"][0]), str(each.programs["B"][0]), each.isolation) for each in cases} == {
        (str(one), str(other), level) for one, other in palettes.met for level in ("rc", "ser")
    }
    assert len({(each.isolation, str(each.programs), each.schedule) for each in cases}) == len(cases)
    assert any(verdict.violations for verdict in verdicts)


def test_a_sweep_over_long_sessions_has_b_write_what_a_touched_and_writes(stand: Stand) -> None:
    palettes = learn(stand(LongLasting), "x", 1)
    cases = list(stale_sessions(palettes, "x", ("rc",), 1))
    assert cases
    assert list(stale_sessions(palettes, "x", ("rc",), 1)) == cases
    for each in cases[:20]:
        assert [len(calls) for calls in each.programs.values()] == [4, 2]
        assert each.programs["B"][0].operation == each.programs["A"][2].operation == "transfer"
        assert each.switches == 1
