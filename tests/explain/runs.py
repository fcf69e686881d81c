"""The runs that the pages' timelines show, and how they are run and shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from fuzz.report.lanes import lanes
from fuzz.trial import Trial, Verdict
from tests.explain.pages import target_of

NARROW = 80
"""Characters that the lanes of a page take together; a finding's take more."""


@dataclass(frozen=True)
class Run:
    """A run of a page's code.

    Attributes:
        schedule: the sessions' letters; then they finish one after the other.
        a: the calls of session A.
        b: those of session B.
        level: the isolation level.
        settings: attributes of the target.
    """

    schedule: str
    a: tuple[Call, ...]
    b: tuple[Call, ...]
    level: str = "rc"
    settings: Mapping[str, Any] = field(default_factory=dict)


def play(server: Server, code: str, run: Run) -> Verdict:
    """Run code and judge what comes of it."""
    case = Case("page.py", run.level, {"A": run.a, "B": run.b}, tuple(run.schedule))
    target = target_of(code, run.settings)
    with server.scratch() as scratch, closing(Stage(target, scratch, step_timeout=2)) as stage:
        return Trial(stage)(case)


def shown(verdict: Verdict) -> str:
    """The lanes of a run, as a page has them: narrow, and with the lines of its own code."""
    marked = [number for violation in verdict.violations for number in violation.steps]
    with patch("fuzz.report.lanes._ALL", NARROW):
        text = "\n".join(lanes(verdict.history, marked))
    return re.sub(r"page\.py:(\d+)", r"line \1", text) + "\n"


def calls(operation: str, **arguments: Any) -> tuple[Call, ...]:
    """One call, as a program; programs are joined by `+`."""
    return (Call(operation, arguments),)


TAG = calls("tag", name="tea")
LABEL = calls("label", article=1, name="tea")
RENAME = calls("rename", network=1, name="b")
CLOSE = calls("close", account=1)
REVISED = {"revision": "revision", "revises": {"ports.network_id": "networks"}}


def add_port(port: int) -> tuple[Call, ...]:
    return calls("add_port", network=1, port=port)


def withdraw(amount: int) -> tuple[Call, ...]:
    return calls("withdraw", account=1, amount=amount)


def deposit(account: int) -> tuple[Call, ...]:
    return calls("deposit", account=account, amount=5)


def look(first: int, then: int) -> tuple[Call, ...]:
    return calls("look", first=first, then=then)


RUNS: dict[str, Run] = {
    "unhandled-error": Run(
        "ABBBBBAAA",
        calls("open_account", number=3, owner="Cy"),
        calls("open_account", number=4, owner="Cy"),
    ),
    "object-deleted": Run("AAABBA", calls("publish", article=1, title="New"), calls("remove", article=1)),
    "stale-data": Run("ABBA", calls("rename", account=1, owner="Cy"), CLOSE),
    "integrity-error": Run("ABBBA", TAG, TAG),
    "pending-rollback": Run("ABBBA", TAG, TAG),
    "detached-instance": Run("AABBBBAA", LABEL, LABEL),
    "deadlock": Run("ABABA", calls("transfer", source=1, to=2, amount=3), calls("transfer", source=2, to=1, amount=4)),
    "serialization-failure": Run("ABBBA", withdraw(3), withdraw(2), level="rr"),
    "vanished-row": Run("ABBA", calls("owner_of", account=1), CLOSE),
    "hidden-error": Run("ABBBA", TAG, TAG, settings={"expected": ("Unavailable",)}),
    "session-broken": Run("AABBA", calls("count_notes", account=1), CLOSE),
    "hung": Run("ABBA", calls("rename", account=1, owner="Cy"), calls("owner_of", account=1)),
    "revision-decreased": Run("ABBBBBBBBAAA", add_port(1), add_port(2) + add_port(3), settings=REVISED),
    "stuck-revision": Run("ABBBBAAA", add_port(1), add_port(2), settings=REVISED),
    "skipped-revision": Run(
        "AABBBBBBBAAAAAA",
        calls("tag", network=1, name="tea"),
        calls("tag", network=2, name="tea"),
        settings=REVISED,
    ),
    "needless-bump": Run("ABBBAA", RENAME, RENAME, settings=REVISED),
    "wrong-revision-returned": Run("ABBBBAAA", add_port(1), add_port(2), settings=REVISED),
    "broken-invariant": Run("ABBBAA", withdraw(7), withdraw(6)),
    "dirty-write": Run("AAABBBBBBAAA", calls("assign", owner="Cy"), calls("assign", owner="Di")),
    "aborted-read": Run("AAABBBA", calls("rename", account=1, owner="Cy"), calls("copy", source=1, to=2)),
    "intermediate-read": Run("AAABBAAA", calls("rename", account=1, owner="Cy"), calls("owner_of", account=1)),
    "circular-information-flow": Run("AAABBBBBAA", calls("take", own=1, other=2), calls("take", own=2, other=1)),
    "lost-update": Run("ABBBAA", withdraw(3), withdraw(2)),
    "write-skew": Run("ABBBAA", calls("go_home", doctor=1), calls("go_home", doctor=2)),
    "read-skew": Run("ABBBBBAA", calls("total"), calls("transfer", amount=5)),
    "non-repeatable-read": Run("ABBBAA", calls("describe", account=1), withdraw(10)),
    "phantom": Run("ABBAA", calls("average"), calls("open_account", number=3, balance=100)),
    "g-single": Run("ABBBBBBBAA", calls("look"), deposit(1) + calls("copy", source=1, to=2)),
    "g-nonadjacent": Run("ABBBBBBBBBAA", look(2, 1), deposit(2) + look(1, 2) + deposit(1)),
    "g2-item": Run(
        "ABBBBBAA", calls("withdraw", amount=25), calls("deposit", amount=10) + calls("statement"), level="rr"
    ),
    "g2": Run("ABBBBBBAA", calls("take", number=1, amount=5), calls("close_batch") + calls("report")),
    "no-serial-order": Run("AAABBAAA", calls("transfer", amount=5), calls("total")),
    "spurious-failure": Run(
        "ABBBA",
        calls("set_title", article=1, title="New"),
        calls("set_body", article=1, body="Text."),
        settings={"expected": ("Conflict",), "checks": ("spurious",)},
    ),
    "stale-session-read": Run(
        "AABBBAA",
        calls("look", account=1) + withdraw(3),
        withdraw(2),
        settings={"session_scope": "program", "expire_on_commit": False},
    ),
    "idle-in-transaction": Run("ABBA", calls("size") + calls("size"), calls("add", name="tea"), level="rr"),
    "session-left-open": Run("AABAA", calls("add", name="tea") + calls("add", name="milk"), calls("size")),
    "lock-across-calls": Run(
        "ABAAAB",
        calls("edit", article=1) + calls("save", article=1, title="By A"),
        calls("rename", article=1, title="By B"),
    ),
}
"""Kind -> the run that its page shows."""
