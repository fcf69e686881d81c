"""Cases run again: whether what was wrong still is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fuzz.case import Case, case_file, read_case
from fuzz.checks import CHECKS
from fuzz.errors import CaseError, ToolError
from fuzz.history import History
from fuzz.lookup import find_target
from fuzz.target import Target
from fuzz.trial import Trial
from fuzz.trials import Trials
from fuzz.violations import Violation

TIMES = 3
"""How often a case is run before it is judged."""

Status = Literal["FIXED", "FAILED", "DIVERGED", "ERROR"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case that was read, with its target."""

    path: Path
    case: Case
    target: type[Target]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a case that was run again.

    Attributes:
        path: the case's, as it was named.
        status: FAILED when every run shows the same violation, FIXED when none shows any, DIVERGED when they differ,
            ERROR when it could not be run.
        history: of the first run that shows a violation, else of the first run; None after an error.
        violations: of that run.
        identical: how many runs had the same history as that run.
        error: why it could not be run.
    """

    path: Path
    status: Status
    history: History | None = None
    violations: tuple[Violation, ...] = ()
    identical: int = 0
    error: ToolError | None = None


def exit_status(replayed: Sequence[Replayed]) -> int:
    """What replays come to: 2 if one could not be judged, else 1 if one failed, else 3 if one diverged, else 0."""
    found = {each.status for each in replayed}
    ranks: tuple[tuple[Status, int], ...] = (("ERROR", 2), ("FAILED", 1), ("DIVERGED", 3))
    return next((status for name, status in ranks if name in found), 0)


def cases_at(path: Path) -> list[Path]:
    """The cases that a path means: a file, a finding's folder, or all that are in a folder of either."""
    if not path.is_dir() or case_file(path).is_file():
        return [path]
    folders = sorted(found.parent for found in path.glob("*/case.json"))
    return [*folders, *sorted(path.glob("*.json"))]


def load(path: Path) -> Loaded:
    """Read a case and find its target.

    Raises:
        CaseError: it cannot be read, or asks for a check that there is not.
        TargetError: its target cannot be found.
    """
    case = read_case(path)
    if unknown := [name for name in case.checks if name not in CHECKS]:
        raise CaseError(f"{case_file(path)} names {unknown[0]!r}, which is no check.", f"They are {', '.join(CHECKS)}.")
    return Loaded(path, case, find_target(case.target))


def load_all(paths: Sequence[Path]) -> Iterator[Loaded | Replayed]:
    """Read cases; those that cannot be are errors."""
    for path in paths:
        try:
            yield load(path)
        except ToolError as error:
            yield Replayed(path, "ERROR", error=error)


def replay_all(trials: Trials, loaded: Sequence[Loaded | Replayed]) -> Iterator[Replayed]:
    """Run cases again, one after the other; errors are handed on."""
    for each in loaded:
        if isinstance(each, Replayed):
            yield each
            continue
        try:
            yield replay_case(trials.of(each.target), each)
        except ToolError as error:
            yield Replayed(each.path, "ERROR", error=error)


def replay_case(trial: Trial, loaded: Loaded) -> Replayed:
    """Run a case `TIMES` times and compare what comes of it.

    Raises:
        CaseError: it does not fit the target.
    """
    with trial.like_new():
        verdicts = [trial(loaded.case) for _ in range(TIMES)]
    signatures = {verdict.violations[0].signature if verdict.violations else None for verdict in verdicts}
    status: Status = "DIVERGED" if len(signatures) > 1 else "FIXED" if signatures == {None} else "FAILED"
    shown = next((verdict for verdict in verdicts if verdict.violations), verdicts[0])
    digest = shown.history.digest()
    identical = sum(verdict.history.digest() == digest for verdict in verdicts)
    return Replayed(loaded.path, status, shown.history, shown.violations, identical)
