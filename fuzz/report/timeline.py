"""A history for people: what went wrong in a few sentences, then what each session did, beside each other."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill

from fuzz.case import ISOLATION, Call
from fuzz.finding import Finding
from fuzz.history import History
from fuzz.report.lanes import lanes
from fuzz.report.values import cut, printable
from fuzz.violations import Violation

_STORY = 110
"""Characters a line of the story."""

_CALLS = 70
"""Characters that the calls may take in the headline with their arguments."""


def timeline(history: History, violations: Sequence[Violation], replay: str) -> str:
    """The text of a run.

    Args:
        history: what happened.
        violations: what is wrong with it, the most telling first; perhaps nothing.
        replay: what to say on how it is run again.

    Returns:
        Lines of plain ASCII, the last one ended.
    """
    parts = [headline(history, violations), story(violations)]
    marked = [number for violation in violations for number in violation.steps]
    parts += ["\n".join(lanes(history, marked)), "\n".join(_why(violations)), "\n".join(_what_next(violations, replay))]
    return printable("\n\n".join(filter(None, parts))) + "\n"


def finding_timeline(finding: Finding, path: Path) -> str:
    """The text of a finding.

    Args:
        finding: what was found.
        path: its folder.
    """
    how = f"{confirmed(finding)}, seed {finding.seed}"
    return timeline(finding.history, (finding.violation, *finding.others), f"{replay_command(path)}      ({how})")


def confirmed(finding: Finding) -> str:
    """How alike the replays of a finding were, and on what; values may be the server's own, as its clock's are."""
    apart = "" if finding.identical == finding.replays else f"show it, {finding.identical} of them with the same values"
    return f"{finding.replays} of {finding.replays} {apart or 'identical'}, PostgreSQL {finding.postgres}"


def replay_command(path: Path) -> str:
    """What to type to run a case again."""
    return f"python -m fuzz replay {shlex.quote(str(path))}"


def headline(history: History, violations: Sequence[Violation]) -> str:
    """One line: the kind, the calls, the isolation level, how much it takes, the id."""
    case = history.case
    kind = violations[0].kind if violations else "no violation"
    counts = (_count(case.calls, "call"), _count(len(history.steps), "step"), _count(history.switches, "switch"))
    parts = [kind, _calls(history), ISOLATION[case.isolation].upper(), ", ".join(counts)]
    return "   ".join([*parts, violations[0].signature] if violations else parts)


def story(violations: Sequence[Violation]) -> str:
    """Why it is wrong, in a few sentences."""
    return "\n\n".join(_paragraphs(violations))


def _paragraphs(violations: Sequence[Violation]) -> Iterator[str]:
    for violation in violations[:1]:
        yield fill(violation.story, _STORY)
    for violation in violations[1:]:
        yield fill(f"Also {violation.kind}: {violation.story}", _STORY)


def _why(violations: Sequence[Violation]) -> Iterator[str]:
    """The dependencies behind the most telling violation."""
    for number, line in enumerate(violations[0].why if violations else ()):
        yield f"{'why' if number == 0 else '':<9}{line}"


def _what_next(violations: Sequence[Violation], replay: str) -> Iterator[str]:
    """How the run is run again, and where the most telling violation is explained."""
    yield f"replay   {replay}"
    yield from (f"cures    python -m fuzz explain {violation.kind}" for violation in violations[:1])


def _calls(history: History) -> str:
    programs = [calls for calls in history.case.programs.values() if calls]
    full = " x ".join(", ".join(map(_short, calls)) for calls in programs)
    if len(full) <= _CALLS:
        return full
    return cut(" x ".join(", ".join(call.operation for call in calls) for calls in programs), _STORY)


def _short(call: Call) -> str:
    return f"{call.operation}({', '.join(ascii(value) for value in call.arguments.values())})"


def _count(number: int, thing: str) -> str:
    if number == 1:
        return f"1 {thing}"
    return f"{number} {thing}{'es' if thing.endswith('ch') else 's'}"
