"""One interleaving of each class is enough: what comes out of these is what comes out of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.generate.exploration import Exploration
from fuzz.history import History
from fuzz.outcomes import ending_of
from fuzz.postgres import Server
from fuzz.trial import Trial
from fuzz.trials import Trials
from models import Network
from tests.accesses.programs import ACTS
from tests.every_interleaving import every_interleaving
from tests.generate.programs import ALL, LONGER, NEW, Lasting, Programs, calls
from tests.soak.scale import scaled

LEVELS = ("rc", "rc", "rr", "ser")

LOCKING = [*NEW, "add", "count", "get", "locked", "put"]
"""Acts that lock more than rows, or would not wait, and some that these meet."""

GIVING = ["add", "add_child", "drop", "put", "ticket", "unseen_ticket", "christen", "first_ticket", "get"]
"""Acts that put rows into tables, and some that these meet."""

KEEPING = ("commit", "commit", "flush", "rollback")
"""How a call of a session that lasts may end: the next one may be in the same transaction."""

Outcome = tuple[object, ...]


@pytest.fixture(scope="module")
def trial(server: Server) -> Iterator[Trial]:
    with server.scratch() as scratch, closing(Stage(Programs(), scratch)) as laid_out:
        yield Trial(laid_out, ("sessions",))


@pytest.fixture(scope="module")
def lasting(server: Server) -> Iterator[Trial]:
    with server.scratch() as scratch, closing(Stage(Lasting(), scratch)) as laid_out:
        yield Trial(laid_out, ("sessions",))


def outcome(history: History) -> Outcome:
    """Results, errors, final rows, and how often each row was committed."""
    ending = ending_of(history)
    calls = sorted((place, repr(end.value)) for place, end in ending.calls.items())
    rows = sorted(
        (table, sorted((repr(sorted(row)), n) for row, n in rows.items())) for table, rows in ending.rows.items()
    )
    versions = Counter(repr((write.table, write.after)) for commit in history.commits for write in commit.writes)
    return tuple(calls), repr(rows), tuple(sorted(versions.items()))


def cases(
    sessions: Sequence[str], most: int, levels: Sequence[str] = LEVELS, names: Collection[str] = ACTS
) -> st.SearchStrategy[Case]:
    """One call a session, of so many statements at the most."""
    return _cases(sessions, st.tuples(calls(most, names)), levels)


def in_a_row(most: int, ends: Sequence[str] = ("commit", "commit", "rollback")) -> st.SearchStrategy[Case]:
    """Two calls in each of two sessions, the first of so many statements at the most."""
    return _cases("AB", st.tuples(calls(most, ends=ends), calls(1, ends=ends)), LEVELS)


def _cases(
    sessions: Sequence[str], programs: st.SearchStrategy[tuple[Call, ...]], levels: Sequence[str]
) -> st.SearchStrategy[Case]:
    return st.builds(
        lambda level, made: Case("programs.py", level, dict(zip(sessions, made, strict=True))),
        st.sampled_from(levels),
        st.tuples(*(programs for _ in sessions)),
    )


def compare(trial: Trial, case: Case) -> None:
    exploration = Exploration(trial, case)
    explored = {outcome(verdict.history) for verdict in exploration.verdicts()}
    assert {outcome(verdict.history) for verdict in every_interleaving(trial, case)} == explored
    assert exploration.left == 0
    assert exploration.runs <= 1.5 * exploration.classes


def compare_anew(trial: Trial, case: Case) -> None:
    """As `compare`, where each run finds rows in the same places.

    An UPDATE of several rows comes to them, and to the locks that others hold, in the order in which they lie. That
    order is chance elsewhere, and where sessions are many, what comes of it.
    """
    with trial.like_new():
        compare(trial, case)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases("AB", 2))
def test_two_sessions_come_out_as_in_all_interleavings(trial: Trial, case: Case) -> None:
    compare(trial, case)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases("AB", 2, ["ser"]))
def test_so_they_do_where_postgresql_watches_what_each_has_read(trial: Trial, case: Case) -> None:
    compare(trial, case)


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases("ABC", 1))
def test_three_sessions_come_out_as_in_all_interleavings(trial: Trial, case: Case) -> None:
    compare_anew(trial, case)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases("AB", 1, names=LOCKING))
def test_what_else_they_lock_or_would_not_wait_for_changes_nothing(trial: Trial, case: Case) -> None:
    compare(trial, case)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases("AB", 2, names=GIVING))
def test_nor_do_new_rows_whether_they_come_to_stay_or_not(trial: Trial, case: Case) -> None:
    compare(trial, case)


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases("AB", 2, names=LOCKING))
def test_nor_do_savepoints_and_several_transactions_in_a_call(trial: Trial, case: Case) -> None:
    compare(trial, case)


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=in_a_row(1))
def test_programs_of_two_calls_come_out_as_in_all_interleavings(trial: Trial, case: Case) -> None:
    compare(trial, case)


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=in_a_row(1, KEEPING))
def test_so_they_do_in_a_session_that_lasts_from_one_to_the_next(lasting: Trial, case: Case) -> None:
    compare(lasting, case)


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases("AB", 3, names=ALL))
def test_programs_of_four_statements_do(trial: Trial, case: Case) -> None:
    compare(trial, case)


def test_so_do_three_sessions_of_which_each_finds_what_another_has_locked(trial: Trial) -> None:
    programs = {"A": of(("get", 1), ("put", 1, 5)), "B": of(("locked", 1)), "C": of(("unlocked", 1))}
    compare_anew(trial, Case("x", "rc", programs))


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases("AB", 2, ["rc", "rr"]))  # above, a refusal may come at a statement or at the COMMIT
def test_a_trace_allows_the_schedules_that_come_to_the_same_and_no_others(trial: Trial, case: Case) -> None:
    verdicts = list(every_interleaving(trial, case))
    for one in verdicts[:4]:
        allowed = [one.trace.allows(other.history.case.schedule) for other in verdicts]
        assert allowed == [one.trace.events == other.trace.events for other in verdicts]
    assert not verdicts[0].trace.allows(verdicts[0].history.case.schedule[:-1])


def test_who_waits_has_done_a_part_which_a_third_may_find_locked_until_an_error_sets_it_free(trial: Trial) -> None:
    programs = {"A": of(("drop", 1)), "B": of(("orm_drop", 1)), "C": of(("take_first", 0))}
    compare_anew(trial, Case("x", "rr", programs))


def test_what_is_taken_back_may_have_been_met_before_under_serializable(trial: Trial) -> None:
    compare(trial, Case("x", "ser", {"A": of(("undone", 1, 2)), "B": of(("undone", 3, 0))}))


def test_who_finds_a_row_gone_would_have_changed_it_before(trial: Trial) -> None:
    compare(trial, Case("x", "rr", {"A": of(("raise_all", 1, 0)), "B": of(("drop", 1))}))


def test_a_row_that_is_changed_again_and_again_is_seen_in_each_of_its_states(trial: Trial) -> None:
    changes = (*of(("put", 1, 5)), *of(("put", 1, 6)), *of(("put", 1, 7)))
    looks = of(("get", 1), ("get", 1))
    compare(trial, Case("x", "rc", {"A": changes, "B": looks}))
    assert explored(trial, changes, looks).classes == 10


SOAK: dict[str, st.SearchStrategy[Case]] = {
    "2 x 4 statements": cases("AB", 3),
    "3 x 3 statements": cases("ABC", 2, names=ALL.keys() - LONGER),
    "2 x 4 statements that lock": cases("AB", 3, names=LOCKING),
    "2 x 4 statements that put rows": cases("AB", 3, names=GIVING),
    "2 calls in each": in_a_row(2),
}
"""All of their interleavings are run: 70 of two sessions with four turns each take about two seconds, and 1,680 of
three with three each half a minute, so that a part of these takes half an hour. Two calls in each, some of several
statements, can have thousands.
"""

PARTS = 4
"""So many processes can share the programs of one kind, and what a part of them came to is not lost with the rest."""


def all_hold(trial: Trial, strategy: st.SearchStrategy[Case], part: int) -> None:
    many = max(scaled(200) // PARTS, 1)

    @seed(part)
    @settings(max_examples=many, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(case=strategy)
    def holds(case: Case) -> None:
        compare_anew(trial, case)

    holds()


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("programs", SOAK)
def test_longer_programs_do_too(trial: Trial, programs: str, part: int) -> None:
    all_hold(trial, SOAK[programs], part)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_longer_programs_do_in_sessions_that_last(lasting: Trial, part: int) -> None:
    all_hold(lasting, in_a_row(2, KEEPING), part)


class Swallowing(Target):
    """Who adds a row takes it for done where it was refused, which only one of the statements can be."""

    expected = (OperationalError,)

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE numbers (id integer PRIMARY KEY, value integer NOT NULL)"))
            connection.execute(text("INSERT INTO numbers VALUES (1, 1), (2, 2), (3, 3)"))

    @operation
    def count(self, session: Session) -> object:
        session.execute(text("UPDATE numbers SET value = value + 1 WHERE id = 1"))
        counted = session.scalar(text("SELECT count(*) FROM numbers"))
        session.commit()
        return counted

    @operation
    def add(self, session: Session) -> object:
        value = session.scalar(text("SELECT value FROM numbers WHERE id = 1"))
        try:
            session.execute(text("INSERT INTO numbers VALUES (4, 8)"))
        except OperationalError:
            session.rollback()
            return "refused"
        session.commit()
        return value


@pytest.mark.parametrize("names", [("count", "add"), ("add", "count")])
def test_where_less_is_known_of_what_was_refused_no_place_to_be_refused_at_is_missed(
    server: Server, names: tuple[str, str]
) -> None:
    with server.scratch() as scratch, closing(Stage(Swallowing(), scratch)) as stage:
        trial = Trial(stage)
        case = Case("x", "ser", {session: (Call(name),) for session, name in zip("AB", names, strict=True)})
        explored = {verdict.trace.events for verdict in Exploration(trial, case).verdicts()}
        every = list(every_interleaving(trial, case))
    assert {verdict.trace.events for verdict in every} == explored
    assert {"refused"} < {outcome.result for verdict in every for outcome in verdict.history.outcomes}


def of(*acts: tuple[object, ...]) -> tuple[Call, ...]:
    return (Call("do", {"acts": acts, "ends": "commit"}),)


def explored(trial: Trial, *programs: tuple[Call, ...], level: str = "rc") -> Exploration:
    exploration = Exploration(trial, Case("x", level, dict(zip("ABC", programs, strict=False))))
    assert len(list(exploration.verdicts())) == exploration.classes
    return exploration


def test_programs_that_do_not_meet_have_one_class(trial: Trial) -> None:
    assert explored(trial, of(("get", 1), ("put", 2, 5)), of(("line", "a"), ("lines", "b"))).classes == 1
    assert explored(trial, of(("get", 1), ("get", 2)), of(("get", 2), ("get", 1))).classes == 1
    assert explored(trial, of(("get", 1), ("put", 1, 5)), of(("get", 2), ("put", 2, 6))).classes == 1


def test_a_reader_and_a_writer_have_as_many_classes_as_there_are_places_to_commit_in(trial: Trial) -> None:
    reader = of(("get", 1), ("get", 1), ("get", 2), ("get", 1))
    assert (
        explored(
            trial,
            reader,
            of(
                ("put", 1, 9),
            ),
        ).classes
        == 4
    )
    assert (
        explored(
            trial,
            reader,
            of(
                ("put", 1, 9),
            ),
            level="rr",
        ).classes
        == 2
    )


def test_serial_orders_come_first_and_a_session_that_blocks_puts_no_more_than_one_switch_out_of_order(
    trial: Trial,
) -> None:
    case = Case(
        "x", "rc", {"A": of(("get", 1), ("get", 2), ("put", 1, 7)), "B": of(("put", 2, 5), ("get", 1), ("put", 1, 9))}
    )
    switches = [verdict.history.switches for verdict in Exploration(trial, case).verdicts()]
    assert len(switches) > 4
    assert switches[:2] == [1, 1]
    assert all(later >= max(switches[:place]) - 1 for place, later in enumerate(switches) if place)


def test_another_session_may_begin_after_the_interleavings_that_interrupt_the_first_and_the_classes_are_the_same(
    trial: Trial,
) -> None:
    case = Case("x", "rc", {"A": of(("get", 1), ("get", 2)), "B": of(("put", 2, 5), ("put", 1, 9))})
    orders = []
    for after in (0, 2):
        exploration = Exploration(trial, case, others_after=after)
        orders.append([verdict.history.turns for verdict in exploration.verdicts()])
        assert exploration.left == 0
    assert sorted(orders[0]) == sorted(orders[1])
    first = ["".join(turns[0][0] + turns[-1][0] for turns in order) for order in orders]
    assert first[0].startswith("ABBA")
    assert first[1].startswith("ABAA")


def test_what_is_left_is_told_when_the_rest_is_not_run(trial: Trial) -> None:
    exploration = Exploration(
        trial,
        Case(
            "x",
            "rc",
            {
                "A": of(("get", 1), ("put", 1, 7)),
                "B": of(
                    ("put", 1, 9),
                ),
            },
        ),
    )
    next(exploration.verdicts())
    assert (exploration.runs, exploration.classes) == (1, 1)
    assert exploration.left > 0


def test_operations_of_a_real_service_are_explored_to_the_end(server: Server) -> None:
    with Trials(server) as trials:
        bind = Call("bind_port", {"port": "port-1", "group": "group-2"})
        rename = Call("update_port", {"port": "port-1", "changes": {"name": "a"}, "expected": None})
        exploration = Exploration(trials.of(Network), Case("models:Network", "rc", {"A": (bind,), "B": (rename,)}))
        found = [verdict.violations for verdict in exploration.verdicts()]
        assert len(found) > 2
        assert not any(found)
        assert exploration.left == 0
