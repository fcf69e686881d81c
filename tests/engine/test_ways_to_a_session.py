"""Each way in which code comes to the database: its steps are scheduled, and its history is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from typing import Any

import pytest

import fuzz.engine.loop
from fuzz import Target
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server
from tests.engine.counters import BY_BOTH, WAYS, Asyncpg, Given, GivenAsync, Probing, Psycopg2, Remembering, Shared, on
from tests.engine.keepers import AtFirstCall, ByLocal, ByLocalForACall, InSeed

StageOf = Callable[[Any], Stage]


@pytest.fixture(scope="module")
def stage_of(server: Server) -> Iterator[StageOf]:
    """The stage of a target, made when it is first asked for."""
    with ExitStack() as open_stages:

        @cache
        def lay_out(target: Any) -> Stage:
            scratch = open_stages.enter_context(server.scratch())
            return open_stages.enter_context(closing(Stage(target(), scratch)))

        yield lay_out


def count(stage: Stage, way: str, schedule: str, level: str = "rc") -> History:
    calls = (Call(way),)
    return stage.run(Case("counting", level, {"A": calls, "B": calls}, tuple(schedule)))


def counted(history: History) -> list[int]:
    return [write.row["value"] for commit in history.commits for write in commit.writes]


def words(history: History, session: str) -> list[str]:
    return [step.sql.split()[0] for step in history.steps if step.session == session]


def failures(history: History) -> list[str]:
    ended = sorted(history.outcomes, key=lambda outcome: outcome.session)
    return [outcome.failure.name if outcome.failure else "" for outcome in ended]


@pytest.mark.parametrize(("target", "way"), WAYS)
def test_two_that_read_before_either_writes_count_once(stage_of: StageOf, target: type[Target], way: str) -> None:
    history = count(stage_of(target), way, "ABAABB")
    assert "".join(step.session for step in history.steps) == "ABAABB"
    assert [words(history, session) for session in "AB"] == [["SELECT", "UPDATE", "COMMIT"]] * 2
    assert failures(history) == ["", ""]
    assert counted(history) == [1, 1]


@pytest.mark.parametrize(("target", "way"), WAYS)
def test_one_after_the_other_counts_twice(stage_of: StageOf, target: type[Target], way: str) -> None:
    assert counted(count(stage_of(target), way, "AAABBB")) == [1, 2]


@pytest.mark.parametrize(("target", "way"), WAYS)
def test_a_case_asks_for_the_isolation_level_whoever_made_the_engine(
    stage_of: StageOf, target: type[Target], way: str
) -> None:
    history = count(stage_of(target), way, "ABAABB", "rr")
    assert counted(history) == [1]
    assert [outcome.result for outcome in history.outcomes if not outcome.failure] in ([None], ["counted"])


@pytest.mark.parametrize(("target", "way"), BY_BOTH)
@pytest.mark.parametrize("schedule", ["ABAABB", "AAABBB", "ABBBAA"])
def test_threads_give_the_history_that_greenlets_give(stage_of: StageOf, target: Any, way: str, schedule: str) -> None:
    histories = [count(stage_of(on(substrate, target)), way, schedule) for substrate in ("greenlet", "thread")]
    assert histories[0] == histories[1]


def test_a_server_that_is_slow_to_answer_what_is_no_step_has_nobody_passed_over(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz.engine.loop, "PATIENCE", 0)  # so that any answer is slow
    with server.scratch() as scratch, closing(Stage(Asyncpg(), scratch)) as stage:
        for _ in range(20):
            history = count(stage, "by_core", "ABAABB")
            assert ("".join(step.session for step in history.steps), history.paused) == ("ABAABB", ())


def test_rowrace_sees_that_a_session_for_each_thread_needs_threads(stage_of: StageOf) -> None:
    assert stage_of(Shared).substrate == "thread"


@pytest.mark.parametrize("target", [InSeed, AtFirstCall, ByLocal, ByLocalForACall])
def test_it_sees_so_wherever_the_code_makes_what_keeps_sessions(stage_of: StageOf, target: type[Target]) -> None:
    stage = stage_of(target)
    stage.warm([Call("by_kept")])
    assert stage.substrate == "thread"
    history = count(stage, "by_kept", "ABAABB")
    assert [words(history, session) for session in "AB"] == [["SELECT", "UPDATE", "COMMIT"]] * 2
    assert counted(history) == [1, 1]


def test_a_target_that_says_greenlets_has_greenlets(stage_of: StageOf) -> None:
    stage = stage_of(on("greenlet", AtFirstCall))
    stage.warm([Call("by_kept")])
    assert stage.substrate == "greenlet"


def test_an_option_of_one_connection_sets_its_level(stage_of: StageOf) -> None:
    history = count(stage_of(Given), "by_serializable", "ABAABB")
    assert {step.level for step in history.steps} == {"ser"}
    assert failures(history) == ["", "OperationalError"]


def test_in_autocommit_no_commit_is_a_step(stage_of: StageOf) -> None:
    history = count(stage_of(Given), "by_autocommit", "ABAB")
    assert words(history, "A") == ["SELECT", "UPDATE"]
    assert counted(history) == [1, 1]


def test_a_savepoint_and_its_release_are_steps(stage_of: StageOf) -> None:
    history = count(stage_of(Given), "by_savepoint", "ABABABABAB")
    assert words(history, "A") == ["SAVEPOINT", "SELECT", "UPDATE", "RELEASE", "COMMIT"]
    assert counted(history) == [1, 1]


@pytest.mark.parametrize("target", [Given, GivenAsync, Psycopg2, Asyncpg])
def test_a_row_read_for_update_makes_the_other_session_wait(stage_of: StageOf, target: type[Target]) -> None:
    history = count(stage_of(target), "by_lock", "ABAABB")
    assert [step.waited_for for step in history.steps if step.waited_for] == [("A",)]
    assert counted(history) == [1, 2]


def test_two_that_share_a_row_and_both_want_to_write_it_end_in_a_deadlock(stage_of: StageOf) -> None:
    history = count(stage_of(Given), "by_share", "ABABAB")
    assert sorted(failures(history)) == ["", "OperationalError"]
    assert counted(history) == [1]


def test_the_share_of_a_key_keeps_nobody_from_writing_another_column(stage_of: StageOf) -> None:
    history = count(stage_of(Given), "by_key_share", "ABAABB")
    assert not [step for step in history.steps if step.waited_for]
    assert counted(history) == [1, 1]


def test_a_lock_that_is_not_waited_for_fails(stage_of: StageOf) -> None:
    assert failures(count(stage_of(Given), "by_lock_or_not_at_all", "ABAA")) == ["", "OperationalError"]


def test_a_row_that_is_locked_is_skipped(stage_of: StageOf) -> None:
    history = count(stage_of(Given), "by_lock_or_skip", "ABBAA")
    assert words(history, "B") == ["SELECT", "COMMIT"]
    assert counted(history) == [1]


STREAMS = [
    (Given, "by_stream"),
    (Given, "by_stream_of_core"),
    (GivenAsync, "by_stream"),
    (Psycopg2, "by_stream"),
    (Asyncpg, "by_stream"),
]


@pytest.mark.parametrize(("target", "way"), STREAMS)
def test_a_cursor_of_the_server_is_declared_fetched_from_and_closed_by_steps(
    stage_of: StageOf, target: type[Target], way: str
) -> None:
    history = count(stage_of(target), way, "")
    steps = [step for step in history.steps if step.session == "A"]
    assert steps[1].sql.startswith("FETCH FORWARD")
    assert steps[0].sql.startswith('DECLARE "cursor" CURSOR FOR SELECT')
    assert next(step.rows for step in steps if step.sql.startswith("FETCH"))[0][-1] == "0"
    assert counted(history) == [1, 2]


@pytest.mark.parametrize(("target", "way"), STREAMS)
def test_what_a_cursor_of_the_server_reads_is_what_was_there_when_it_was_declared(
    stage_of: StageOf, target: type[Target], way: str
) -> None:
    assert counted(count(stage_of(target), way, "A" + "B" * 9)) == [1, 1]


def test_what_code_does_at_its_first_use_alone_is_done_before_it_counts(server: Server) -> None:
    with server.scratch() as scratch, closing(Stage(Probing(), scratch)) as cold:
        assert words(count(cold, "by_probe", "ABAABB"), "A") == ["SELECT", "SELECT", "UPDATE", "COMMIT"]
    with server.scratch() as scratch, closing(Stage(Probing(), scratch)) as warm:
        warm.warm([Call("by_probe")])
        histories = [count(warm, "by_probe", "ABAABB") for _ in range(2)]
    assert histories[0] == histories[1]
    assert words(histories[0], "A") == ["SELECT", "UPDATE", "COMMIT"]
    assert counted(histories[0]) == [1, 1]


def test_what_code_remembers_for_a_minute_is_the_same_in_the_first_run_as_in_all_others(server: Server) -> None:
    with server.scratch() as scratch, closing(Stage(Remembering(), scratch)) as stage:
        stage.warm([Call("by_memory")])
        histories = [count(stage, "by_memory", "ABAABB") for _ in range(3)]
    assert histories[0] == histories[1] == histories[2]
    assert words(histories[0], "A") == ["SELECT", "UPDATE", "COMMIT"]


def test_keys_of_a_schema_made_without_metadata_come_from_the_catalogue(stage_of: StageOf) -> None:
    keys = {stored.table.name: stored.table.key for stored in stage_of(Given).catalogue.tables.values()}
    assert keys == {"counters": ("name",)}
