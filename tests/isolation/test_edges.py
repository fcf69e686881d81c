from __future__ import annotations

from fuzz.isolation import data_dependencies, dependencies
from tests.isolation.notation import told, transactions


def edges(text: str) -> set[str]:
    return {told(dependency) for dependency in data_dependencies(transactions(text))}


def test_who_overwrites_a_row_depends_on_who_wrote_it() -> None:
    assert edges("w1(x) c1 w2(x) c2 w3(x) c3") == {"1 -ww x-> 2", "2 -ww x-> 3"}


def test_who_reads_a_row_depends_on_who_wrote_it() -> None:
    assert edges("w1(x) c1 r2(x) r3(x) c2 c3") == {"1 -wr x-> 2", "1 -wr x-> 3"}


def test_who_replaces_what_was_read_depends_on_the_reader() -> None:
    assert edges("r1(x) w2(x) c2 w3(x) c3 c1") == {"1 -rw x-> 2", "2 -ww x-> 3"}


def test_the_seed_is_nobody_to_depend_on() -> None:
    assert edges("r1(x) w1(x) c1") == set()


def test_a_read_of_what_one_has_written_oneself_makes_no_dependency() -> None:
    assert edges("w1(x) r1(x) c1") == set()
    assert edges("w1(x) r1(x) c1 w2(x) c2") == {"1 -ww x-> 2"}


def test_writing_a_row_twice_is_one_overwrite() -> None:
    assert edges("w1(x) c1 w2(x) w2(x) c2 w3(x) c3") == {"1 -ww x-> 2", "2 -ww x-> 3"}


def test_what_was_rolled_back_makes_no_dependency() -> None:
    assert edges("w1(x) c1 w2(x) r2(y) a2 w3(x) w3(y) c3") == {"1 -ww x-> 3"}
    assert edges("w1(x) r2(x1) a1 c2") == set()


def test_who_still_runs_at_the_end_makes_no_dependency() -> None:
    assert edges("w1(x) c1 r2(x) w2(x)") == set()


def test_deleting_a_row_overwrites_it_and_finding_it_gone_reads_that() -> None:
    assert edges("w1(x) c1 d2(x) c2 p3(x) c3") == {"1 -ww x-> 2", "2 -wr x-> 3"}


def test_a_read_by_a_condition_is_changed_by_who_makes_a_difference_to_it() -> None:
    assert edges("p1(x>3) w2(x) c2 w3(x) c3 c1") == {"1 -rw x-> 3", "2 -ww x-> 3"}


def test_a_dependency_says_which_two_statements_make_it() -> None:
    (ww, wr, rw) = data_dependencies(transactions("r3(x) w1(x) c1 r2(x) w2(x) c2 c3"))
    assert (ww.kind, ww.source_step, ww.target_step) == ("ww", 2, 5)
    assert (wr.kind, wr.source_step, wr.target_step) == ("wr", 2, 4)
    assert (rw.kind, rw.source_step, rw.target_step) == ("rw", 1, 2)


def test_a_read_by_a_condition_says_so_in_what_it_makes() -> None:
    made = list(data_dependencies(transactions("w1(x) c1 p2(x) w3(x) c3 c2")))
    assert [(dependency.kind, dependency.predicate) for dependency in made] == [
        ("ww", False),
        ("wr", True),
        ("rw", True),
    ]


def test_a_read_that_cannot_be_told_makes_dependencies_that_are_not_certain() -> None:
    made = list(data_dependencies(transactions("w1(x) c1 r2?(x) w3(x) c3 c2")))
    assert [(dependency.kind, dependency.certain) for dependency in made] == [
        ("ww", True),
        ("wr", False),
        ("rw", False),
    ]


def test_all_dependencies_are_those_by_rows_of_sessions_and_of_time() -> None:
    made = dependencies(transactions("w1(x) c1 w2(x) c2", sessions={1: "A", 2: "A"}))
    assert [told(dependency) for dependency in made] == ["1 -ww x-> 2", "1 -process-> 2", "1 -realtime-> 2"]
