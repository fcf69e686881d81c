"""What the pages say comes about does, in the order that their timelines show, at the levels that they name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fuzz.history import History
from fuzz.postgres import Server
from fuzz.trial import Verdict
from fuzz.violations import KINDS
from tests.explain.pages import parts_of
from tests.explain.runs import RUNS, play, shown

REFUSED = "40001"

LIKE = {
    "dirty-write": "no-serial-order",
    "aborted-read": None,
    "intermediate-read": "no-serial-order",
    "circular-information-flow": "no-serial-order",
}
"""What PostgreSQL never shows -> what rowrace says of the code that looks like it; None: nothing."""

EVERYWHERE = ("object-deleted", "deadlock", "session-broken", "hung", "no-serial-order", "stale-session-read")
BELOW_SERIALIZABLE = (
    *("unhandled-error", "integrity-error", "pending-rollback", "detached-instance", "skipped-revision"),
    *("write-skew", "g2-item", "g2"),
)
READ_COMMITTED_OR_NOT_SEEN = (
    *("vanished-row", "read-skew", "non-repeatable-read", "phantom", "g-single", "g-nonadjacent"),
)
READ_COMMITTED_OR_REFUSED = (
    *("stale-data", "revision-decreased", "stuck-revision", "needless-bump", "wrong-revision-returned"),
    *("broken-invariant", "lost-update", "spurious-failure"),
)


def states(history: History) -> set[str]:
    """What the server's errors behind the calls' failures are."""
    failures = [outcome.failure for outcome in history.outcomes if outcome.failure is not None]
    return {link.sqlstate for failure in failures for link in failure.chain() if link.sqlstate}


def at(server: Server, kind: str, level: str) -> Verdict:
    return play(server, parts_of(kind).code, replace(RUNS[kind], level=level))


def kinds(verdict: Verdict) -> set[str]:
    return {violation.kind for violation in verdict.violations}


def without_marks(timeline: str) -> list[str]:
    return [line.replace(">", " ", 1) if line.startswith(">") else line for line in timeline.splitlines()]


def test_every_kind_has_a_run() -> None:
    assert sorted(RUNS) == sorted(KINDS)


@pytest.mark.parametrize("kind", RUNS)
def test_what_a_page_shows_is_what_its_code_does(server: Server, kind: str) -> None:
    parts = parts_of(kind)
    verdict = play(server, parts.code, RUNS[kind])
    again = f"python -m tests.explain {kind} writes it anew"
    assert without_marks(shown(verdict)) == without_marks(parts.timeline), again
    like = LIKE.get(kind, kind)
    assert kinds(verdict) == set() if like is None else like in kinds(verdict)


@pytest.mark.parametrize("level", ["rr", "ser"])
@pytest.mark.parametrize("kind", EVERYWHERE)
def test_some_come_about_above_read_committed_too(server: Server, kind: str, level: str) -> None:
    assert kind in kinds(at(server, kind, level))


@pytest.mark.parametrize("kind", BELOW_SERIALIZABLE)
def test_some_are_refused_by_serializable_alone(server: Server, kind: str) -> None:
    assert kind in kinds(at(server, kind, "rr"))
    assert states(at(server, kind, "ser").history) == {REFUSED}


@pytest.mark.parametrize("kind", READ_COMMITTED_OR_NOT_SEEN)
def test_some_are_not_seen_from_one_snapshot(server: Server, kind: str) -> None:
    for level in ("rr", "ser"):
        verdict = at(server, kind, level)
        assert (kinds(verdict), states(verdict.history)) == (set(), set())


@pytest.mark.parametrize("kind", READ_COMMITTED_OR_REFUSED)
def test_some_are_refused_by_repeatable_read(server: Server, kind: str) -> None:
    assert states(at(server, kind, "rr").history) == {REFUSED}
    assert states(at(server, kind, "ser").history) == {REFUSED}


def test_a_serialization_failure_is_a_lost_update_at_read_committed(server: Server) -> None:
    assert kinds(at(server, "serialization-failure", "rc")) == {"lost-update"}


@pytest.mark.parametrize("level", ["rr", "ser"])
@pytest.mark.parametrize("kind", LIKE)
def test_what_postgresql_never_shows_is_not_seen_at_any_level(server: Server, kind: str, level: str) -> None:
    assert kind not in kinds(at(server, kind, level))
