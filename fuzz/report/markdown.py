"""A job's summary in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fuzz.campaign.events import Summary
from fuzz.errors import ToolError
from fuzz.finding import Finding
from fuzz.replaying import Replayed
from fuzz.report.follow import Followed
from fuzz.report.progress import count_of_findings
from fuzz.report.replays import verdict_line
from fuzz.report.timeline import finding_timeline
from fuzz.report.values import printable

_SHOWN = 10
"""Timelines that a summary shows of one campaign: pages that show it take no more than a megabyte."""


def markdown(followed: Sequence[Followed], broken: Mapping[str, ToolError], replayed: Sequence[Replayed]) -> str:
    """The summary of a job.

    Args:
        followed: its campaigns.
        broken: targets that could not be fuzzed, with the reason.
        replayed: cases that were run again.
    """
    return "\n".join(_lines(followed, broken, replayed)) + "\n"


def _lines(
    followed: Sequence[Followed], broken: Mapping[str, ToolError], replayed: Sequence[Replayed]
) -> Iterator[str]:
    yield "## rowrace"
    yield from ("", "| target | seed | cases | interleavings | last new one | result |", "|---|---|---|---|---|---|")
    yield from (_row(each.summary) for each in followed)
    yield from (f"| {_cell(word)} | | | | | **{_cell(error.problem)}** |" for word, error in broken.items())
    if replayed:
        yield from ("", "### Replayed", "", "| status | case |", "|---|---|")
        yield from (f"| {each.status} | {_cell(verdict_line(each).partition('   ')[2])} |" for each in replayed)
    for each in followed:
        for finding in each.summary.findings[:_SHOWN]:
            yield from _finding(finding, each)
        if len(each.summary.findings) > _SHOWN:
            yield from ("", f"... and {len(each.summary.findings) - _SHOWN} more, in the findings' folders.")


def _row(summary: Summary) -> str:
    result = f"**{count_of_findings(summary)}**" if summary.findings else "nothing found"
    if summary.nondeterministic:
        result += f", {len(summary.nondeterministic)} not judged (nondeterministic)"
    if summary.interrupted:
        result += ", interrupted"
    cells = (
        _cell(summary.target),
        f"{summary.seed}",
        f"{summary.cases}",
        f"{summary.distinct_interleavings}",
        f"{summary.last_new_s:.0f} s of {summary.elapsed_s:.0f} s",
        result,
    )
    return f"| {' | '.join(cells)} |"


def _finding(finding: Finding, followed: Followed) -> Iterator[str]:
    text = finding_timeline(finding, followed.paths[finding.id])
    yield from ("", f"### {finding.violation.kind} `{finding.id}`", "", _cell(finding.violation.story), "")
    fence = "`" * max(3, text.count("`") + 1)
    yield from ("<details><summary>timeline</summary>", "", f"{fence}text", text.rstrip(), fence, "", "</details>")


def _cell(text: str) -> str:
    """A text that means nothing to Markdown."""
    plain = " ".join(printable(text).split())
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>|#~" else c for c in plain)
