"""A least case becomes a finding when it repeats."""

from __future__ import annotations

from fuzz.finding import Finding
from fuzz.trial import Trial, Verdict

REPLAYS = 3
"""How often a least case must repeat to be a finding."""


def confirm(
    trial: Trial, signature: str, least: Verdict, *, seed: int, postgres: str, first_seen_s: float
) -> Finding | None:
    """Run a least case again; what does not repeat is no finding, and no pass either.

    Args:
        trial: runs and judges it.
        signature: of the violation that it is to show each time.
        least: its verdict.
        seed: what all that was drawn comes from.
        postgres: the server's version.
        first_seen_s: when the violation was met, in seconds from the start.
    """
    replays = [trial(least.history.case) for _ in range(REPLAYS)]
    violation = least.violation(signature)
    if violation is None or not all(verdict.violation(signature) for verdict in replays):
        return None
    digest = least.history.digest()
    return Finding(
        violation=violation,
        others=tuple(other for other in least.violations if other is not violation),
        history=least.history,
        replays=REPLAYS,
        identical=sum(verdict.history.digest() == digest for verdict in replays),
        seed=seed,
        postgres=postgres,
        first_seen_s=first_seen_s,
    )
