"""What the target itself asserts: on every committed state, and inside each transaction where it asks for that."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.checks.evidence import Evidence
from fuzz.history import History
from fuzz.violations import BrokenInvariant, Violation


def check_invariants(of: Evidence) -> Iterator[Violation]:
    """An invariant that a commit broke, or that a session saw broken; each once, where it was first."""
    seen: set[str] = set()
    history = of.history
    for commit in history.commits:
        for name, failure in commit.broken.items():
            if name in seen:
                continue
            seen.add(name)
            call = history.case.programs[commit.session][commit.call] if commit.call >= 0 else None
            what = failure.message or failure.name
            yield BrokenInvariant(
                f"Session {commit.session} committed at step {commit.step}"
                + (f", in {call}," if call else "")
                + f" a state in which {name} does not hold: {what}.",
                operations=(call.operation,) if call else (),
                shape=(name,),
                steps=(commit.step,),
            )
    yield from _inside(history)


def _inside(history: History) -> Iterator[Violation]:
    seen: set[str] = set()
    for look in history.inside:
        for name, failure in look.broken.items():
            if name in seen:
                continue
            seen.add(name)
            call = history.case.programs[look.session][look.call] if look.call >= 0 else None
            yield BrokenInvariant(
                f"Session {look.session} saw, before the COMMIT{f' of {call}' if call else ''} and after step "
                f"{look.step}, a state in which {name} does not hold: {failure.message or failure.name}.",
                operations=(call.operation,) if call else (),
                shape=(name, "inside"),
                steps=(look.step,),
            )
