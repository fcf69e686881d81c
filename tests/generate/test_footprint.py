from __future__ import annotations

from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.generate.footprint import footprint_of
from tests.generate.conftest import Stand
from tests.targets_for_engine import Acts, case, change, read, sql


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


def test_a_call_that_locks_does_more_than_look(stand: Stand) -> None:
    stage = stand(Acts).stage
    keyed = "SELECT id FROM accounts WHERE id = 1"
    looks = footprint_of(stage.run(case(A=sql(keyed, "commit"))))
    locks = footprint_of(stage.run(case(A=sql(f"{keyed} FOR UPDATE", "commit"))))
    assert looks.only_reads
    assert not locks.only_reads
    assert locks.meets(locks)


def test_ids_that_sequences_gave_out_in_two_runs_are_not_the_same_row(stand: Stand) -> None:
    stage = stand(Acts).stage
    history = stage.run(case(A=sql("INSERT INTO notes (account) VALUES (1)", "commit")))
    one, other = footprint_of(history, 1), footprint_of(history, 2)
    assert one.writes != other.writes
    assert one.inserts == other.inserts == {"notes"}
    assert not one.effect.claims.exclude(other.effect.claims)
    assert footprint_of(history, 1) == one


def test_a_call_swaps_if_each_transaction_that_writes_asks_for_what_a_column_was_that_it_sets(stand: Stand) -> None:
    swap = "UPDATE accounts SET balance = 5 WHERE id = 1 AND balance = 10"
    stage = stand(Acts).stage
    swaps, changes, both, then_changes, asks_for_more = (
        footprint_of(stage.run(case(A=sql(*statements, "commit")))).swaps
        for statements in (
            [swap],
            [change(1)],
            [change(2), swap],
            [swap, "commit", change(1)],
            ["UPDATE accounts SET balance = 5 WHERE id = 1 AND balance >= 10"],
        )
    )
    assert swaps
    assert both
    assert not changes
    assert not then_changes
    assert not asks_for_more
