from __future__ import annotations

from fuzz.checks import Rules
from tests.histories_by_hand import RULES, commit, failure, history, judged, kinds

BROKEN = {"no_debt": failure("builtins.AssertionError", message="the sum is -1")}


def test_an_invariant_that_a_commit_broke_is_told_once() -> None:
    made = history(commit(step=1), commit(step=4, session="B", broken=BROKEN), commit(step=6, broken=BROKEN))
    [violation] = judged(made)
    assert (violation.kind, violation.shape, violation.operations) == ("broken-invariant", ("no_debt",), ("react",))
    assert violation.steps == (4,)
    assert "in react()," in violation.story
    assert "no_debt does not hold: the sum is -1" in violation.story


def test_commits_that_break_nothing_are_right() -> None:
    assert kinds(history(commit(step=1), commit(step=2))) == []


def test_only_the_checks_that_apply_are_made() -> None:
    rules = Rules(("errors",), RULES.revision, RULES.edges, RULES.ignored)
    assert kinds(history(commit(broken=BROKEN)), rules=rules) == []
