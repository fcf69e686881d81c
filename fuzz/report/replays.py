"""What is said of a case that was run again."""

from __future__ import annotations

from fuzz.replaying import TIMES, Replayed
from fuzz.report.timeline import replay_command, timeline
from fuzz.report.values import printable


def replay_text(replayed: Replayed) -> str:
    """One line, and the timeline where there is something to see."""
    return printable("\n\n".join(filter(None, (verdict_line(replayed), replay_timeline(replayed)))))


def verdict_line(replayed: Replayed) -> str:
    """The status, the case, and why."""
    kind = replayed.violations[0].kind if replayed.violations else ""
    why = {
        "FIXED": f"nothing is wrong in {TIMES} runs",
        "FAILED": f"{kind} in {TIMES} of {TIMES} runs",
        "DIVERGED": f"{TIMES} runs of the same case do not agree; one shows {kind}",
        "ERROR": str(replayed.error or "").replace("\n", " "),
    }
    return f"{replayed.status}   {replayed.path}   {why[replayed.status]}"


def replay_timeline(replayed: Replayed) -> str:
    """The timeline of a run that shows a violation; else ""."""
    if replayed.history is None or not replayed.violations:
        return ""
    how = f"{replay_command(replayed.path)}      ({replayed.identical} of {TIMES} identical)"
    return timeline(replayed.history, replayed.violations, how)
