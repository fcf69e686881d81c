"""Every interleaving of the statements of a case's calls, each run and judged once."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.case import Case
from fuzz.trial import Trial, Verdict

Schedule = tuple[str, ...]


def every_interleaving(trial: Trial, case: Case) -> Iterator[Verdict]:
    """Run a case under all schedules that can be executed, depth first.

    Nothing is kept of a run but its schedule (as VeriSoft does, Godefroid 1997): the next one takes the same steps up
    to a place, another session's there, and then whatever comes. A session that cannot go on at that place is passed
    over; such a run is one of the others', and is not judged.
    """
    beginnings: list[Schedule] = [()]
    while beginnings:
        beginning = beginnings.pop()
        history = trial.stage.run(case.scheduled(beginning))
        executed = history.case.schedule
        if executed[: len(beginning)] == beginning:
            yield trial.judge(history)
            beginnings += _other_beginnings(executed, len(beginning), tuple(case.programs))


def _other_beginnings(executed: Schedule, first: int, sessions: Schedule) -> Iterator[Schedule]:
    """Those that leave a schedule at a place from the first on."""
    for place in range(first, len(executed)):
        yield from ((*executed[:place], other) for other in sessions if other != executed[place])
