from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from fuzz import Call, Case, Target, WaitedInPython, api, check, replay, state_machine
from fuzz.errors import CaseError, ToolError
from fuzz.lookup import find_target
from fuzz.postgres import Server
from fuzz.violations import Deadlock

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module", autouse=True)
def _at_root(server: Server) -> Iterator[None]:
    """The server of all tests serves here, too, and is let go of at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("ROWRACE_DSN", server.address.render_as_string(hide_password=False))
        yield
        api._KEPT.close()
        api._trials.cache_clear()


def bank(name: str) -> type[Target]:
    return find_target(f"tests/targets/bank.py:{name}")


def case_of(target: str, folder: Path) -> Path:
    programs = {
        "A": (Call("transfer", {"source": 1, "to": 2}),),
        "B": (Call("transfer", {"source": 2, "to": 1}),),
    }
    (folder / "case.json").write_text(Case(target, "rc", programs, tuple("ABAB")).dumps())
    return folder / "case.json"


def test_replay_raises_the_violation_with_its_story_and_timeline_while_it_lives(tmp_path: Path) -> None:
    path = case_of("tests/targets/bank.py:Deadlocking", tmp_path)
    with pytest.raises(Deadlock) as failed:
        replay(path)
    assert failed.value.story in str(failed.value).replace("\n", " ")
    assert "! DeadlockDetected: deadlock detected" in str(failed.value)


def test_replay_passes_once_it_is_fixed(tmp_path: Path) -> None:
    replay(str(case_of("tests/targets/bank.py:Ordered", tmp_path)))


def test_replay_raises_errors_of_the_tool_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="cannot be read"):
        replay(tmp_path / "nowhere.json")


def test_replay_does_not_judge_what_does_not_repeat(tmp_path: Path) -> None:
    case = Case("tests/targets/fickle.py:Fickle", "rc", {"A": (Call("toss"),)})
    (tmp_path / "case.json").write_text(case.dumps())
    with pytest.raises(ToolError, match="cannot be judged: 3 runs of it do not agree"):
        replay(tmp_path)


def test_check_fails_with_the_finding_of_a_target_that_races() -> None:
    with pytest.raises(Deadlock) as failed:
        check(bank("Deadlocking"), cases=500, seed=1)
    assert failed.value.story in str(failed.value).replace("\n", " ")
    assert "replay   check(Deadlocking, cases=500, seed=1)" in str(failed.value)


def test_check_passes_for_a_target_that_holds() -> None:
    check(bank("Ordered"), cases=20)


def test_check_warns_of_sessions_that_wait_for_each_other_in_python() -> None:
    with pytest.warns(WaitedInPython, match=r"count for a lock in Python at own_code.py:.* `locks_passed_by = True`"):
        check(find_target("tests/targets/own_code.py:Locked"), cases=20)


def test_the_state_machine_by_its_class_fails_with_the_story(capsys: pytest.CaptureFixture[str]) -> None:
    machine = state_machine(bank("Deadlocking"), isolation=("rc",))
    few = settings(machine.TestCase.settings, database=None, derandomize=True, max_examples=300, stateful_step_count=6)
    machine.TestCase.settings = few
    with pytest.raises(Deadlock, match="Deadlock"):
        machine.TestCase().runTest()


def test_the_state_machine_of_a_target_that_is_right_passes() -> None:
    machine = state_machine(bank("Ordered"), sessions=2)
    machine.TestCase.settings = settings(machine.TestCase.settings, database=None, derandomize=True, max_examples=30)
    machine.TestCase().runTest()
