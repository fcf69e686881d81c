"""What is said of a campaign when it is over."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.campaign.events import Summary
from fuzz.campaign.tally import PLATEAU
from fuzz.checks.counts import Counts
from fuzz.report.failing import failing_alone
from fuzz.report.follow import Followed
from fuzz.report.pauses import pauses
from fuzz.report.progress import count_of_findings


def closing(followed: Followed, *, until_plateau: bool = False) -> str:
    """The summary for people; its last line names the seed.

    Args:
        followed: the campaign.
        until_plateau: whether it was to go on until new interleavings have become rare.
    """
    return "\n".join(_lines(followed, until_plateau=until_plateau))


def _lines(followed: Followed, *, until_plateau: bool) -> Iterator[str]:
    summary = followed.summary
    rate = summary.cases / summary.elapsed_s if summary.elapsed_s else 0.0
    if summary.interrupted:
        yield "interrupted; what was found so far is written"
    yield (
        f"{summary.cases} cases, {summary.steps} steps in {summary.elapsed_s:.1f} s ({rate:.0f} cases/s), "
        f"{summary.distinct_interleavings} distinct interleavings, the last new one after {summary.last_new_s:.1f} s"
    )
    if summary.dried_up:
        yield "new interleavings have become rare: more cases of these programs will hardly find more"
    elif until_plateau:
        yield _still_coming(summary)
    yield from _counted(summary.counts)
    yield from failing_alone(summary.fails_alone)
    for signature, path in followed.doubtful.items():
        yield f"nondeterministic, so not judged: {signature}, which did not repeat; its case is in {path}"
    for finding in summary.findings:
        calls = " x ".join(finding.operations)
        times = summary.times_seen.get(finding.id, 1)
        seen = "once" if times == 1 else f"{times} times"
        yield f"{finding.violation.kind}   {calls}   {followed.paths[finding.id]}   seen {seen}"
    yield f"seed {summary.seed}: {count_of_findings(summary)}"


def _still_coming(summary: Summary) -> str:
    """What is said where a campaign was ended by something else than what it was to go on for."""
    if summary.cases < PLATEAU:
        return f"whether new interleavings become rare was not seen: that takes {PLATEAU} cases at the least"
    return "new interleavings were still coming when it ended"


def _counted(counts: Counts) -> Iterator[str]:
    calls, statements, again = sum(counts.calls.values()), sum(counts.statements.values()), sum(counts.again.values())
    if calls:
        yield f"{calls} calls, {statements / calls:.1f} statements each; {again} rows read again though unchanged"
    for operation, times in sorted(counts.uncommitted.items()):
        yield (
            f"committed nothing: {operation} wrote in {times} of {counts.calls[operation]} calls, and that was undone "
            "when its session was closed; let it commit (`session.commit()`), or say `session.rollback()`"
        )
    for operation, name in sorted(counts.opaque):
        yield f"compared by its type only: {operation} returns a {name}; return plain data to have it compared by value"
    yield from pauses(counts.paused)
    refused, spurious = sum(counts.refused.values()), sum(counts.spurious.values())
    if refused:
        which = f", {spurious} of them that every serial order lets succeed" if spurious else ""
        yield f"{refused} calls ended in an exception that the target declares{which}"
