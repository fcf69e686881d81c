"""The lanes: one column a session, one row a step, from the top to the bottom as it happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from textwrap import wrap

from fuzz.case import Call
from fuzz.history import CLOSING, History, Outcome, Step
from fuzz.report.cells import Cells
from fuzz.report.values import cut

_ALL = 120
"""Characters that all lanes together may take, about."""

_NARROWEST = 30
"""Characters that a lane may take, however many there are."""

_APART = "   "

_MANY = 400
"""Steps that are all shown."""

_EITHER = 100
"""Of more, how many are shown at the beginning and at the end."""


@dataclass(slots=True)
class _Row:
    """What is printed beside each other; a row of a step has its number.

    Attributes:
        cells: session -> its lines.
        number: the step's; None for a row between steps.
        where: the line of code that sent it.
        left_out: the session of a step that is not shown, "" where it is.
    """

    cells: dict[str, list[str]] = field(default_factory=dict)
    number: int | None = None
    where: str = ""
    left_out: str = ""


def lanes(history: History, marked: Sequence[int]) -> Iterator[str]:
    """The lanes of a history, line by line; of very many steps those in the middle are left out, but for the marked.

    Args:
        history: what happened.
        marked: the numbers of the steps to mark.
    """
    sessions = [name for name, calls in history.case.programs.items() if calls]
    width = max(_NARROWEST, _ALL // max(2, len(sessions)))
    rows = [_heading(history, sessions, width), *_gaps_told(_rows(history, sessions, width, _shown(history, marked)))]
    widths = {
        name: max((len(line) for row in rows for line in row.cells.get(name, ())), default=0) for name in sessions
    }
    for row in rows:
        yield from _lines(row, widths, marked, history)


def _lines(row: _Row, widths: Mapping[str, int], marked: Sequence[int], history: History) -> Iterator[str]:
    digits = max(3, len(str(len(history.steps))))
    for place in range(max(map(len, row.cells.values()), default=0)):
        first = place == 0
        number = f"{row.number if first and row.number else '':>{digits}}"
        mark = ">" if first and row.number in marked else " "
        texts = []
        for session, width in widths.items():
            lines = row.cells.get(session, [])
            idle = "|" if row.number and _waiting(history, session, row.number) else "." if row.number else ""
            text = lines[place] if place < len(lines) else idle if first else ""
            texts.append(text.ljust(width))
        yield f"{mark}{number}  {_APART.join(texts)}{_APART}{row.where if first else ''}".rstrip()


def _heading(history: History, sessions: Sequence[str], width: int) -> _Row:
    return _Row({session: list(_programme(history, session, width)) for session in sessions})


def _programme(history: History, session: str, width: int) -> Iterator[str]:
    """A session's calls and what came of them."""
    calls = history.case.programs[session]
    for place, call in enumerate(calls):
        number = f"{place + 1} " if len(calls) > 1 else ""
        lines = list(_call(f"{number}{call}", _ended(history, session, place), width))
        yield f"{session}  {lines[0]}" if place == 0 else f"   {lines[0]}"
        yield from (f"     {line}" for line in lines[1:])


def _call(text: str, end: str, width: int) -> list[str]:
    """A call and its end, on one line if there is room."""
    if len(f"{text} {end}") <= width - 3:
        return [f"{text} {end}"]
    return [*wrap(text, width - 5), cut(end, width - 5)]


def _ended(history: History, session: str, place: int) -> str:
    outcome = history.outcome(session, place)
    if outcome is None:
        why = history.hung.get(session, "the run was over before")
        return f"did not end: {' '.join(why.split())}"  # a statement may have several lines
    if outcome.failure is None:
        return f"-> {outcome.result!a}"
    return f"raised {outcome.failure.name}" + (" (expected)" if outcome.expected else "")


def _shown(history: History, marked: Sequence[int]) -> Collection[int]:
    """The numbers of the steps that are shown."""
    last = len(history.steps)
    if last <= _MANY:
        return range(1, last + 1)
    return {*range(1, _EITHER + 1), *marked, *range(last - _EITHER + 1, last + 1)}


def _rows(history: History, sessions: Sequence[str], width: int, shown: Collection[int]) -> Iterator[_Row]:
    cells = Cells(history, width)
    begun: set[tuple[str, int]] = set()
    yield from _ends(history, 0, begun)
    for step in history.steps:
        if step.call != CLOSING and (step.session, step.call) not in begun:
            begun.add((step.session, step.call))
            yield from _marker(history, step.session, step.call, "")
        yield _row(history, step, cells, sessions) if step.number in shown else _Row(left_out=step.session)
        yield from _ends(history, step.number, begun)


def _gaps_told(rows: Iterable[_Row]) -> Iterator[_Row]:
    """The rows, with one that counts them in place of those in a row that are left out."""
    for is_gap, adjacent in groupby(rows, lambda row: bool(row.left_out)):
        if is_gap:
            counts = Counter(row.left_out for row in adjacent)
            yield _Row({session: [f"... {_counted(count)} left out"] for session, count in counts.items()})
        else:
            yield from adjacent


def _counted(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps:,} steps"


def _row(history: History, step: Step, cells: Cells, sessions: Sequence[str]) -> _Row:
    row = _Row({step.session: cells.statement(step)}, step.number, step.where)
    own = row.cells[step.session]
    if step.waited_for:
        until = f" until step {step.settled}" if step.settled > step.number else ""
        until = until if step.settled else ", and gets no answer"
        own.append(f"  waits for {' and '.join(step.waited_for)}{until}")
    elif not step.settled:
        own.append("  gets no answer")
    if step.failure is not None and step.settled <= step.number:
        own.append("  " + cells.failure(step.failure))
    for session in sessions:
        released = _waiting(history, session, step.number)
        if released is not None and released.settled == step.number:
            failed = released.failure
            row.cells[session] = ["| goes on" if failed is None else f"| {cells.failure(failed)}"]
    return row


def _waiting(history: History, session: str, number: int) -> Step | None:
    """The step of a session that had been sent and not answered when another was sent."""
    return next((s for s in history.steps if s.session == session and s.number < number <= s.settled), None)


def _ends(history: History, number: int, begun: set[tuple[str, int]]) -> Iterator[_Row]:
    """Rows for the calls that ended after a step and before the next."""
    for outcome in history.outcomes:
        if outcome.last == number:
            is_instant = (outcome.session, outcome.call) not in begun
            begun.add((outcome.session, outcome.call))
            yield from _marker(history, outcome.session, outcome.call, _end_word(outcome, is_instant=is_instant))


def _end_word(outcome: Outcome, *, is_instant: bool) -> str:
    end = "ends" if outcome.failure is None else f"raises {outcome.failure.name}"
    return f"{end}, without a statement" if is_instant else end


def _marker(history: History, session: str, place: int, what: str) -> Iterator[_Row]:
    """A row that tells where a call begins or ends; a session's only call needs none."""
    calls = history.case.programs[session]
    if len(calls) > 1 and 0 <= place < len(calls):
        call: Call = calls[place]
        yield _Row({session: [f"-- {place + 1} {call.operation} {what or 'begins'}"]})
