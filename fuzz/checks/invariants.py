"""What the target itself asserts, on every committed state."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.checks.evidence import Evidence
from fuzz.violations import BrokenInvariant, Violation


def check_invariants(of: Evidence) -> Iterator[Violation]:
    """An invariant that a commit broke; each once, at the first commit that broke it."""
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
