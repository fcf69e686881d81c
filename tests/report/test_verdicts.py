"""A cell of the matrix says what is worst in it, and says "safe" of what was run only."""

from __future__ import annotations

from dataclasses import replace

from fuzz.campaign.matrix import Matrix
from fuzz.case import Case
from fuzz.report.matrix import matrix_json, matrix_text
from fuzz.report.matrix_page import matrix_page
from fuzz.report.verdicts import legend, sign, verdict
from tests.report.conftest import Find
from tests.report.matrices import BOUNDED, NOT_BEGUN, OPEN, WHOLE, matrix_of


def told(matrix: Matrix) -> tuple[str, str]:
    (cell,) = matrix.cells.values()
    return sign(cell, matrix).letter, verdict(cell, matrix)


def words(matrix: Matrix) -> dict[str, str]:
    return {each.letter: each.words for each in legend(matrix)}


def test_what_was_run_to_its_end_is_safe_and_what_was_not_is_not_finished() -> None:
    assert told(matrix_of(WHOLE)) == (".", "safe")
    assert told(matrix_of(WHOLE, OPEN)) == ("?", "not finished")
    assert told(matrix_of(WHOLE, NOT_BEGUN)) == ("?", "not finished")
    assert told(matrix_of()) == ("-", "do not meet")


def test_a_wait_and_a_deadlock_that_do_no_harm_are_told() -> None:
    assert told(matrix_of(replace(WHOLE, blocked=2))) == ("b", "blocked")
    assert told(matrix_of(replace(WHOLE, blocked=2, deadlocked=1))) == ("d", "deadlock")


def test_what_is_safe_up_to_so_many_switches_is_not_told_to_be_safe() -> None:
    bounded = matrix_of(replace(BOUNDED, blocked=1), switches=2)
    assert told(bounded) == ("~", "safe up to 2 switches")
    assert words(bounded)["~"] == "safe up to 2 switches, the rest was not run"
    assert matrix_text(bounded, {}).endswith(
        "no findings in interleavings of up to 2 switches; others were not run, and are not judged"
    )
    assert bounded.exit == 0


def test_a_bound_that_leaves_nothing_out_is_none() -> None:
    free = matrix_of(WHOLE, switches=2)
    assert told(free) == (".", "safe")
    assert matrix_text(free, {}).endswith("no findings")
    assert "~" not in words(matrix_of(WHOLE))


def test_calls_that_nothing_was_learnt_of_are_told_with_the_way_to_have_them_learnt() -> None:
    learnt = matrix_of(WHOLE)
    left = replace(learnt, terms=replace(learnt.terms, unlearnt=2, calls=[*WHOLE.invoked[0].calls] * 6))
    assert "2 of 6 calls were not run alone, nor with others" in matrix_text(left, {})
    assert matrix_json(left, {})["calls"] == {"all": 6, "not_learnt": 2}
    assert "not run alone" not in matrix_text(learnt, {})
    apart = replace(matrix_of(), terms=left.terms)
    assert told(apart) == ("-", "not seen to meet")
    assert words(apart)["-"] == "not seen to meet"
    assert words(learnt)["-"] == "do not meet"


def test_what_fails_alone_is_told_once_wherever_it_was_seen() -> None:
    seen = frozenset({("read", "KeyError"), ("write", "ValueError")})
    whole = matrix_of(replace(WHOLE, fails_alone=seen), replace(WHOLE, fails_alone=frozenset({("read", "KeyError")})))
    also = replace(whole, terms=replace(whole.terms, fails_alone=frozenset({("write", "OSError")})))
    assert matrix_json(also, {})["fails_alone"] == ["read: KeyError", "write: OSError", "write: ValueError"]
    assert matrix_text(also, {}).count("fails alone, so no race: read raises KeyError") == 1
    assert also.exit == 0
    assert "fails alone" not in matrix_text(matrix_of(WHOLE), {})


def test_an_operation_that_hangs_by_itself_is_told_and_what_leaves_it_out_is_no_pass() -> None:
    whole = matrix_of(WHOLE)
    left = replace(whole, terms=replace(whole.terms, hanging={"wait": "wait(), run alone, has not answered."}))
    assert (whole.exit, left.exit) == (0, 3)
    told = "wait was left out: wait(), run alone, has not answered. `run` makes a finding of it."
    assert told in matrix_text(left, {}).splitlines()
    assert f"<p>{told}</p>" in matrix_page(left, {})
    assert matrix_json(left, {})["hanging"] == {"wait": "wait(), run alone, has not answered."}


def test_a_violation_that_did_not_repeat_is_no_race_and_one_that_did_is(find: Find, deadlock: Case) -> None:
    finding = find(deadlock)
    met = replace(WHOLE, kinds={"deadlock": frozenset({finding.id})})
    doubtful = matrix_of(met, nondeterministic={finding.id: "{}"})
    assert (told(doubtful), doubtful.exit) == (("!", "did not repeat"), 3)
    race = matrix_of(met, findings=[finding])
    assert (told(race), race.exit) == (("X", "deadlock"), 1)


def test_of_a_race_those_kinds_are_told_that_repeated(find: Find, deadlock: Case) -> None:
    finding = find(deadlock)
    met = replace(WHOLE, kinds={"deadlock": frozenset({finding.id}), "phantom": frozenset({"f00"})})
    assert told(matrix_of(met, findings=[finding], nondeterministic={"f00": "{}"})) == ("X", "deadlock")
    assert told(matrix_of(met, findings=[finding])) == ("X", "deadlock, phantom")
