from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fuzz.case import Call, Case
from fuzz.checks import Evidence, Rules, Serial, judge
from fuzz.history import Commit, Failure, History, Outcome, Step, Table, Write
from fuzz.violations import Violation

TABLES = {
    "groups": Table("groups", ("id",), ("id", "name", "revision")),
    "rules": Table("rules", ("id",), ("id", "group_id", "port")),
    "ports": Table("ports", ("id",), ("id", "name", "attributes_id")),
    "attributes": Table("attributes", ("id",), ("id", "revision")),
    "log": Table("log", (), ("line",)),
}
SEED: dict[str, tuple[Mapping[str, Any], ...]] = {
    "groups": ({"id": 1, "name": "a", "revision": 5}, {"id": 2, "name": "b", "revision": 0}),
    "rules": ({"id": 7, "group_id": 1, "port": 80},),
    "ports": ({"id": "p", "name": "eth0", "attributes_id": 90},),
    "attributes": ({"id": 90, "revision": 3},),
    "log": (),
}
RULES = Rules(
    ("errors", "revisions", "invariants"),
    "revision",
    {"rules": (("group_id", "groups"),), "ports": (("attributes_id", "attributes"),)},
    frozenset({("groups", "seen_at"), ("ports", "seen_at")}),
)


def group(number: int | str = 1, name: str = "a", revision: int = 5, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": name, "revision": revision, **more}


def rule(number: int = 7, group_id: int = 1, port: int = 80) -> dict[str, Any]:
    return {"id": number, "group_id": group_id, "port": port}


def port(name: str = "eth0", **more: Any) -> dict[str, Any]:
    return {"id": "p", "name": name, "attributes_id": 90, **more}


def failure(name: str, *bases: str, message: str = "", state: str = "", cause: Failure | None = None) -> Failure:
    return Failure((name, *bases, "builtins.Exception"), message, state, cause)


def outcome(
    session: str = "A",
    result: Any = None,
    failed: Failure | None = None,
    *,
    expected: bool = False,
    aftermath: Failure | None = None,
    last: int = 9,
) -> Outcome:
    return Outcome(session, 0, Call("act"), result, failed, expected, aftermath, last)


def commit(*writes: tuple[str, Any, Any], session: str = "A", step: int = 1, broken: Any = None) -> Commit:
    return Commit(step, session, 0, tuple(Write(*write) for write in writes), broken or {})


def history(
    *commits: Commit,
    outcomes: Sequence[Outcome] = (),
    steps: Sequence[Step] = (),
    hung: Mapping[str, str] | None = None,
    target: str = "x.py:X",
    schedule: tuple[str, ...] = (),
) -> History:
    programs = {"A": (Call("act"),), "B": (Call("react"),)}
    case = Case(target, "rc", programs, schedule)
    return History(case, tuple(steps), tuple(outcomes), commits, SEED, TABLES, hung or {})


def judged(made: History, *serial: History, rules: Rules = RULES) -> list[Violation]:
    """What is wrong with a history, given those of the serial orders."""
    return judge(Evidence(made, rules, serially(*serial)))


def serially(*orders: History) -> Serial:
    return Serial(lambda _: orders[0], lambda: orders, lambda _: orders, lambda: [(orders[0], orders[0])])


def kinds(made: History, *serial: History, rules: Rules = RULES) -> list[str]:
    return [violation.kind for violation in judged(made, *serial, rules=rules)]
