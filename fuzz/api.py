"""rowrace in pytest: a case that must not fail any more, a target that must hold."""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from warnings import warn

from hypothesis import Phase, settings

from fuzz.campaign.campaign import Budget, campaign
from fuzz.campaign.events import Ended, Summary
from fuzz.errors import ToolError, WaitedInPython
from fuzz.finding import Finding
from fuzz.generate.lessons import learn
from fuzz.generate.machine import CaseMachine, machine_of
from fuzz.generate.palettes import Palettes
from fuzz.postgres import open_server
from fuzz.replaying import TIMES, load, replay_case
from fuzz.report.pauses import pauses
from fuzz.report.replays import replay_timeline
from fuzz.report.timeline import confirmed, timeline
from fuzz.target import Target
from fuzz.trial import Trial, Verdict
from fuzz.trials import Trials
from fuzz.violations import Violation

MANY = 2**16
"""More than there are palettes and choices; the machine counts them round and round."""

EXPLAINED_BY_US = [phase for phase in Phase if phase is not Phase.explain]
"""Hypothesis explains a failure by the lines that were run, which here are rowrace's."""

_KEPT = ExitStack()
atexit.register(_KEPT.close)

_REMEDY = (
    "Look for what differs from run to run: threads, the network, clocks and random numbers that are read in C; from "
    "process to process also sets of texts, unless PYTHONHASHSEED is set."
)


def replay(path: str | Path) -> None:
    """Run a case again; it passes when nothing is wrong any more.

    It runs on the server that the variable ROWRACE_DSN names, else on an embedded one; all calls of a process share it.

    Args:
        path: a case.json, or a finding's folder.

    Raises:
        Violation: it still fails; the text holds the story and the timeline.
        ToolError: the case cannot be read or run, or does not come to the same each time.
    """
    loaded = load(Path(path))
    replayed = replay_case(_trials().of(loaded.target), loaded)
    if replayed.status == "DIVERGED":
        raise ToolError(
            f"{path} cannot be judged: {TIMES} runs of it do not agree; one of them shows this:\n\n"
            f"{replay_timeline(replayed)}",
            _REMEDY,
        )
    if replayed.violations:
        raise _told(replayed.violations[0], replay_timeline(replayed))


def check(target: type[Target], *, cases: int = 200, seed: int = 0) -> None:
    """Fuzz a target and fail with the first finding.

    Args:
        target: the class.
        cases: how many to run.
        seed: of all that is drawn.

    Warns:
        WaitedInPython: sessions waited for each other in Python; the text says where, and the way out.

    Raises:
        Violation: something is wrong; the text holds the story and the timeline.
        ToolError: the target cannot be run, or a violation did not repeat.
    """
    summary = _campaign(target, cases, seed)
    for line in pauses(summary.counts.paused):
        warn(line, WaitedInPython, stacklevel=2)
    if summary.findings:
        finding = summary.findings[0]
        raise _told(finding.violation, _story(finding, f"check({target.__name__}, cases={cases}, seed={seed})"))
    if summary.nondeterministic:
        raise ToolError(
            f"{target.__name__} cannot be judged: a violation did not repeat, {', '.join(summary.nondeterministic)}.",
            _REMEDY,
        )


def state_machine(
    target: type[Target], *, sessions: int | None = None, isolation: Sequence[str] | None = None, seed: int = 0
) -> type[CaseMachine]:
    """Make a target into a state machine, for those who run Hypothesis themselves.

    `TestBank = state_machine(Bank).TestCase` is all that pytest needs. Its `settings` are Hypothesis' to set:
    max_examples, stateful_step_count (turns in a case) and so on. A server is opened when the first case is run.

    Args:
        target: the class.
        sessions: how many sessions a case has; default: the target's.
        isolation: the levels to choose from ("rc", "rr", "ser"); default: the target's.
        seed: of what is drawn outside of Hypothesis' own choices, and of the cases' clock and dice.
    """
    word = f"{target.__module__}:{target.__qualname__}"

    def prepare() -> Trial:
        return _trials().of(target)

    @cache
    def learnt() -> Palettes:
        return learn(prepare(), word, seed).palettes()

    def examine(verdict: Verdict, _driven: bool) -> None:
        if verdict.violations:
            how = "run the test again: the example is Hypothesis' own"
            raise _told(verdict.violations[0], timeline(verdict.history, verdict.violations, how))

    machine = machine_of(
        word=word,
        learnt=learnt,
        bounds=(MANY, MANY),
        sessions=sessions or target.sessions,
        isolation=isolation or target.isolation,
        chance=seed,
        prepare=prepare,
        examine=examine,
    )
    machine.TestCase.settings = settings(machine.TestCase.settings, phases=EXPLAINED_BY_US)
    return machine


def _campaign(target: type[Target], cases: int, seed: int) -> Summary:
    trials = _trials()
    events = campaign(
        trials.of(target),
        word=f"{target.__module__}:{target.__qualname__}",
        seed=seed,
        isolation=target.isolation,
        sessions=target.sessions,
        budget=Budget(cases=cases, findings=1),
        postgres=trials.server.version,
    )
    summary = next(event.summary for event in events if isinstance(event, Ended))
    if summary.interrupted:
        raise KeyboardInterrupt
    return summary


def _story(finding: Finding, again: str) -> str:
    return timeline(finding.history, (finding.violation, *finding.others), f"{again}      ({confirmed(finding)})")


def _told(violation: Violation, text: str) -> Violation:
    """The violation with all that is to be said as its text: pytest shows no more of it."""
    violation.args = (f"\n{text}",)
    return violation


@cache
def _trials() -> Trials:
    server = _KEPT.enter_context(open_server(dsn=os.environ.get("ROWRACE_DSN") or None))
    return _KEPT.enter_context(Trials(server))
