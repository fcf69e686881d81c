"""Sessions that wait for each other: blocked, released, deadlocked, refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import permutations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import invariant
from fuzz.case import Call, Case
from fuzz.engine.scheduled import Exchange
from fuzz.engine.settle import Answer, Settler
from fuzz.engine.stage import Stage
from fuzz.history import History, Step
from fuzz.postgres import Server
from tests.histories_by_hand import judged
from tests.targets_for_engine import Script, case, change, read, sql

KEY = "INSERT INTO accounts VALUES (9, 0)"

REPLAYED = pytest.mark.parametrize("times", [60, pytest.param(1000, marks=pytest.mark.soak)])


@pytest.fixture(scope="module")
def plain(server: Server) -> Iterator[Stage]:
    """A stage on which all statements are steps."""
    with server.scratch() as scratch, closing(Stage(Script(), scratch)) as laid_out:
        yield laid_out


def step(history: History, session: str, place: int = 0) -> Step:
    return [each for each in history.steps if each.session == session][place]


def failed(history: History) -> dict[str, str]:
    """Session -> the SQLSTATE that its call ended in."""
    return {
        outcome.session: next(link.sqlstate for link in outcome.failure.chain() if link.sqlstate)
        for outcome in history.outcomes
        if outcome.failure is not None
    }


def test_a_blocked_session_is_passed_over_and_settles_when_it_is_released(stage: Stage) -> None:
    history = stage.run(case("ABBBA", A=sql(change(1), read(2), "commit"), B=sql(change(1), "commit")))
    assert "".join(each.session for each in history.steps) == "ABAAB"
    waited = step(history, "B")
    assert (waited.number, waited.waited_for, waited.settled, waited.tag) == (2, ("A",), 4, "UPDATE 1")
    assert [each.settled for each in history.steps if each is not waited] == [1, 3, 4, 5]
    assert [commit.session for commit in history.commits] == ["A", "B"]


def test_what_ran_at_once_waited_for_nobody(stage: Stage) -> None:
    history = stage.run(case("AB", A=sql(change(1), "commit"), B=sql(change(2), "commit")))
    assert all(each.waited_for == () and each.settled == each.number for each in history.steps)


def test_a_rollback_releases_too(stage: Stage) -> None:
    history = stage.run(case("AB", A=sql(change(1), "rollback"), B=sql(change(1), "commit")))
    assert step(history, "B").settled == step(history, "A", 1).number
    assert [commit.writes[0].row["balance"] for commit in history.commits] == [11]


def test_three_sessions_wait_in_a_chain(stage: Stage) -> None:
    programs = {"A": sql(change(1), "commit"), "B": sql(change(2), change(1), "commit"), "C": sql(change(2), "commit")}
    history = stage.run(case("ABBC", **programs))
    assert (step(history, "B", 1).waited_for, step(history, "B", 1).settled) == (("A",), 5)
    assert step(history, "C").waited_for == ("B",)
    assert step(history, "C").settled == step(history, "B", 2).number
    assert [commit.session for commit in history.commits] == ["A", "B", "C"]


def test_one_that_waits_in_the_queue_behind_another_waits_for_that_one(stage: Stage) -> None:
    history = stage.run(case("ABC", **{name: sql(change(1), "commit") for name in "ABC"}))
    assert step(history, "B").waited_for[0] == "A"
    assert step(history, "C").waited_for[0] == "B"
    assert sorted(commit.session for commit in history.commits) == ["A", "B", "C"]


def test_a_second_insert_of_a_key_waits_and_is_refused(stage: Stage) -> None:
    history = stage.run(case("AB", A=sql(KEY, "commit"), B=sql(KEY, "commit")))
    assert step(history, "B").waited_for == ("A",)
    assert failed(history) == {"B": "23505"}


CROSS = {"A": sql(change(1), change(2), "commit"), "B": sql(change(2), change(1), "commit")}


@pytest.mark.parametrize(("schedule", "victim"), [("ABAB", "B"), ("ABBA", "A")])
def test_the_session_that_closes_a_cycle_is_its_victim_every_time(stage: Stage, schedule: str, victim: str) -> None:
    histories = [stage.run(case(schedule, **CROSS)) for _ in range(200)]
    assert {tuple(failed(history).items()) for history in histories} == {((victim, "40P01"),)}
    assert len({history.digest() for history in histories}) == 1


def test_so_it_is_when_another_has_only_looked_before_and_waited_for_no_check(
    plain: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    hear_check = Settler.hear_check

    def noted(settler: Settler, exchange: Exchange) -> Answer | None:
        asked.append(exchange.sql)
        return hear_check(settler, exchange)

    monkeypatch.setattr(Settler, "hear_check", noted)
    looking = {"A": sql(change(1), read(3), "commit"), "B": sql(change(1), "commit")}
    assert step(plain.run(case("ABAA", **looking)), "B").waited_for == ("A",)
    assert not asked
    programs = {"A": sql(change(1), read(3), change(2), "commit"), "B": sql(change(2), change(1), "commit")}
    histories = [plain.run(case("ABBAA", **programs)) for _ in range(100)]
    assert {tuple(failed(history).items()) for history in histories} == {(("A", "40P01"),)}
    assert len({history.digest() for history in histories}) == 1


def test_who_has_silenced_the_server_has_a_victim_too(stage: Stage) -> None:
    silent = "SET LOCAL client_min_messages = error"
    programs = {"A": sql(silent, change(1), change(2), "commit"), "B": sql(change(2), silent, change(1), "commit")}
    histories = [stage.run(case("AABBBA", **programs)) for _ in range(5)]
    assert {tuple(failed(history).items()) for history in histories} == {(("A", "40P01"),)}
    assert step(histories[0], "B", 2).waited_for == ("A",)


@pytest.mark.parametrize("order", list(permutations("ABC")))
def test_the_victim_of_a_cycle_of_three_is_who_closes_it(stage: Stage, order: tuple[str, ...]) -> None:
    ring = {name: sql(change(place + 1), change((place + 1) % 3 + 1), "commit") for place, name in enumerate("ABC")}
    histories = [stage.run(case("ABC" + "".join(order), **ring)) for _ in range(20)]
    assert {tuple(failed(history).items()) for history in histories} == {((order[-1], "40P01"),)}
    assert len({history.digest() for history in histories}) == 1


def both(*ids: int) -> str:
    return f"UPDATE accounts SET balance = balance + 1 WHERE id IN {ids}"


@REPLAYED
def test_of_two_that_one_commit_sets_free_one_goes_on_after_the_other_every_time(plain: Stage, times: int) -> None:
    programs = {"A": sql(both(1, 2), "commit"), "B": sql(both(1, 3), "commit"), "C": sql(both(2, 3), "commit")}
    for schedule in ("ABCA", "ACBA"):
        with plain.like_new():  # else what earlier runs have left decides in which order an UPDATE comes to its rows
            histories = [plain.run(case(schedule, **programs)) for _ in range(times)]
        assert step(histories[0], "C").waited_for == ("A", "B")
        assert len({history.digest() for history in histories}) == 1


def named(names: str, schedule: str, **programs: Call) -> Case:
    """A case whose sessions have other names, so that another one of two is looked at first."""
    other = dict(zip(sorted(programs), names, strict=True))
    return case("".join(other[name] for name in schedule), **{other[name]: call for name, call in programs.items()})


@REPLAYED
@pytest.mark.parametrize("names", ["ABC", "CBA"])
def test_one_that_goes_on_and_waits_again_may_have_set_another_free(plain: Stage, names: str, times: int) -> None:
    programs = {
        "A": sql(change(1), "commit", change(3), "commit"),
        "B": sql(change(3), change(1), "commit"),
        "C": sql(both(1, 3), "commit"),
    }
    with plain.like_new():
        histories = [plain.run(named(names, "ABCBAA", **programs)) for _ in range(times)]
    assert len(set(failed(histories[0]))) == 1
    assert len({history.digest() for history in histories}) == 1


@pytest.mark.parametrize("names", ["ABCD", "DCBA"])
def test_so_it_is_among_four(plain: Stage, names: str) -> None:
    programs = {
        "A": sql(change(1), "commit"),
        "B": sql(change(3), change(1), "commit"),
        "C": sql(both(1, 2), "commit"),
        "D": sql(change(2), change(3), "commit"),
    }
    with plain.like_new():
        histories = [plain.run(named(names, "ADCBBAD", **programs)) for _ in range(60)]
    assert len(set(failed(histories[0]))) == 1
    assert len({history.digest() for history in histories}) == 1


def test_who_sets_another_free_and_goes_on_comes_first(plain: Stage) -> None:
    several = f"ROLLBACK TO s; SELECT count(*) FROM generate_series(1, 20000); {change(2)}"
    programs = {"A": sql("SAVEPOINT s", change(1), several, "commit"), "B": sql(both(1, 2), "commit")}
    with plain.like_new():
        histories = [plain.run(case("AABA", **programs)) for _ in range(60)]
    assert step(histories[0], "B").settled == step(histories[0], "A", 3).number
    assert len({history.digest() for history in histories}) == 1


def test_the_victim_closes_a_cycle_with_one_that_waits_for_the_second_time(plain: Stage) -> None:
    programs = {"A": sql(both(1, 2), "commit"), "B": sql(change(3), change(2)), "C": sql(both(2, 3), "commit")}
    with plain.like_new():
        histories = [plain.run(case("ABCAB", **programs)) for _ in range(60)]
    assert {tuple(failed(history).items()) for history in histories} == {(("B", "40P01"),)}
    assert len({history.digest() for history in histories}) == 1


@pytest.mark.parametrize("level", ["rr", "ser"])
def test_an_update_of_what_changed_since_the_snapshot_is_refused_every_time(stage: Stage, level: str) -> None:
    update = sql(read(1), change(1), "commit")
    histories = [stage.run(case("AB3A", level, A=update, B=update)) for _ in range(20)]
    assert {tuple(failed(history).items()) for history in histories} == {(("A", "40001"),)}
    assert len({history.digest() for history in histories}) == 1


@pytest.mark.parametrize(("level", "refused"), [("rc", {}), ("rr", {}), ("ser", {"B": "40001"})])
def test_write_skew_is_refused_by_serializable_alone(stage: Stage, level: str, refused: dict[str, str]) -> None:
    programs = {"A": sql(read(1), read(2), change(1), "commit"), "B": sql(read(1), read(2), change(2), "commit")}
    histories = [stage.run(case("A2B2A2B2", level, **programs)) for _ in range(20)]
    assert [failed(history) for history in histories] == [refused] * 20
    assert len({history.digest() for history in histories}) == 1


@pytest.mark.parametrize("schedule", ["A2B2AB", "A2BABAB", "ABABAB", "BABABA"])
def test_serializable_watches_whole_tables_whoever_comes_first(stage: Stage, schedule: str) -> None:
    programs = {"A": sql(read(1), change(1), "commit"), "B": sql(read(2), change(2), "commit")}
    assert list(failed(stage.run(case(schedule + "AB", "ser", **programs))).values()) == ["40001"]
    assert failed(stage.run(case(schedule + "AB", "rr", **programs))) == {}


def test_lock_timeout_ends_a_wait_that_no_session_ends(stage: Stage) -> None:
    waiting = sql("SET LOCAL lock_timeout = '40ms'", change(1), "commit")
    history = stage.run(case("ABB", A=sql(change(1), "SELECT pg_sleep(0.2)", "commit"), B=waiting))
    assert failed(history) == {"B": "55P03"}
    assert step(history, "B", 1).waited_for == ("A",)


@pytest.mark.parametrize("schedule", ["AAA", "ABAABA", "BAAAB"])
def test_a_wait_for_ones_own_other_connection_is_a_violation_and_no_hang_of_ours(stage: Stage, schedule: str) -> None:
    waiting = Call("wait_for_itself", {"patience": "0"})
    history = stage.run(case(schedule, A=waiting, B=sql(read(2), change(2), "commit")))
    assert [violation.kind for violation in judged(history)] == ["hung"]
    assert history.hung["A"].startswith(f"{change(1)} waits for a lock that is not given up")
    assert [outcome.session for outcome in history.outcomes] == ["B"]  # which nobody keeps from coming to its end
    assert stage.run(case(A=sql(change(1), "commit"))).hung == {}


def test_it_ends_by_its_lock_timeout_where_it_has_one(stage: Stage) -> None:
    waiting = Call("wait_for_itself", {"patience": "40ms"})
    history = stage.run(case("AAA", A=waiting, B=sql(change(1), "commit")))
    assert (failed(history), history.hung) == ({"A": "55P03"}, {})
    assert [step(history, "A", place).waited_for for place in range(3)] == [(), (), ()]  # for no other session


def test_nowait_is_refused_and_skip_locked_skips_without_waiting(stage: Stage) -> None:
    locked = "SELECT id FROM accounts ORDER BY id FOR UPDATE"
    for ending, rows, state in (("NOWAIT", (), {"B": "55P03"}), ("SKIP LOCKED", (("2",), ("3",)), {})):
        history = stage.run(case("ABB", A=sql(change(1), "commit"), B=sql(f"{locked} {ending}", "commit")))
        assert (step(history, "B").rows, step(history, "B").waited_for, failed(history)) == (rows, (), state)


@pytest.mark.parametrize("lock", ["pg_advisory_xact_lock", "pg_advisory_lock"])
def test_a_session_waits_for_an_advisory_lock(stage: Stage, lock: str) -> None:
    taking = (f"SELECT {lock}(1)::text", read(1), "SELECT pg_advisory_unlock_all()::text", "commit")
    history = stage.run(case("ABBA", A=sql(*taking), B=sql(*taking)))
    assert (step(history, "B").waited_for, history.hung, failed(history)) == (("A",), {}, {})


def test_an_advisory_lock_that_is_kept_does_not_reach_the_next_case(stage: Stage) -> None:
    keeping = sql("SELECT pg_advisory_lock(1)::text", "commit")
    for session in "ABAB":
        history = stage.run(case(**{session: keeping}))
        assert (step(history, session).waited_for, history.hung) == ((), {})


class Locking(Script):
    """Has a function that takes an advisory lock, which no statement names then."""

    def create(self, engine: Engine) -> None:
        super().create(engine)
        taken = "SELECT pg_advisory_lock(1); SELECT 1"
        with engine.begin() as connection:
            connection.execute(text(f"CREATE FUNCTION claim() RETURNS integer LANGUAGE sql AS '{taken}'"))


def test_an_advisory_lock_that_a_function_has_taken_does_not_reach_the_next_case(server: Server) -> None:
    with server.scratch() as scratch, closing(Stage(Locking(), scratch, step_timeout=2)) as locking:
        for session in "ABAB":
            history = locking.run(case(**{session: sql("SELECT claim()::text", "commit")}))
            assert (step(history, session).waited_for, history.hung) == ((), {})


def test_a_lock_that_is_never_given_up_is_a_hang(stage: Stage) -> None:
    keeping = sql("SELECT pg_advisory_lock(1)::text", "commit")
    history = stage.run(case("A2B", A=keeping, B=keeping))
    assert list(history.hung) == ["B"]
    assert history.hung["B"].startswith("SELECT pg_advisory_lock(1)::text waits for a lock that is not given up")
    assert [outcome.session for outcome in history.outcomes] == ["A"]


class Solvent(Script):
    """Looks at the accounts after every commit, and whether there is a remark."""

    def create(self, engine: Engine) -> None:
        super().create(engine)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE remarks (id integer PRIMARY KEY)"))

    @invariant
    def is_solvent(self, session: Session) -> None:
        assert session.scalars(text("SELECT balance FROM accounts")).all()

    @invariant
    def is_uncommented(self, session: Session) -> None:
        self.is_solvent(session)
        assert not session.scalars(text("SELECT id FROM remarks")).all()


@pytest.mark.parametrize(
    "locking", ["LOCK TABLE accounts", "TRUNCATE accounts CASCADE", "LOCK TABLE accounts IN EXCLUSIVE MODE"]
)
def test_an_invariant_that_another_session_locks_out_is_asked_again_when_that_has_ended(
    server: Server, locking: str
) -> None:
    with server.scratch() as scratch, closing(Stage(Solvent(), scratch)) as stage:
        remark = sql("INSERT INTO remarks VALUES (1)", "commit")
        history = stage.run(case("ABBA", A=sql(locking, "rollback"), B=remark))
    [commit] = history.commits
    assert commit.session == "B"
    assert {name: broken.name for name, broken in commit.broken.items()} == {"is_uncommented": "AssertionError"}


def test_what_a_commit_of_the_session_that_locks_it_out_breaks_is_told_there(server: Server) -> None:
    with server.scratch() as scratch, closing(Stage(Solvent(), scratch)) as stage:
        remark = sql("INSERT INTO remarks VALUES (1)", "commit")
        taking = sql("LOCK TABLE accounts", "DELETE FROM accounts", "commit")
        history = stage.run(case("ABBA", A=taking, B=remark))
    first, last = history.commits
    assert (first.session, dict(first.broken)) == ("B", {})
    assert (last.session, set(last.broken)) == ("A", {"is_solvent", "is_uncommented"})
