"""What a command line asks `explore` for: every two operations, programs that are named, or those of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from fuzz.campaign.matrix import Agenda, Share, Terms
from fuzz.case import Case, case_file
from fuzz.engine.stage import NAMES
from fuzz.errors import CaseError, TargetError
from fuzz.generate.calls import call_table, unique
from fuzz.generate.joining import meetings_of
from fuzz.generate.lessons import HangsAlone, Lessons, learn_calls
from fuzz.generate.meetings import meetings
from fuzz.generate.programs import AND, Program, rehearsed, single
from fuzz.lookup import find_target
from fuzz.replaying import load
from fuzz.target import Target
from fuzz.trial import Trial


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Attributes:
        word: the TARGET word.
        target: what it names.
        programs: as they are named, one a session; none: every two operations.
        case: whose programs are meant; None: no case's.
    """

    word: str
    target: type[Target]
    programs: Sequence[str] = ()
    case: Case | None = None

    @property
    def isolation(self) -> tuple[str, ...]:
        """The levels, if nothing else is said."""
        return self.target.isolation if self.case is None else (self.case.isolation,)


def asked_for(word: str, programs: Sequence[str]) -> Asked:
    """Read the words of a command line.

    Args:
        word: the first, for a target or a case.
        programs: the others.

    Raises:
        typer.BadParameter: there are too few of them.
        CaseError: the case cannot be read, or has nothing to be explored.
        TargetError: there is no such target, or no such operation.
    """
    path = Path(word)
    if path.suffix == ".json" or (path.is_dir() and case_file(path).is_file()):
        return _of_case(path, programs)
    asked = Asked(word, find_target(word), programs)
    _refuse(asked)
    return asked


def agenda_of(asked: Asked, trial: Trial, terms: Terms) -> Agenda:
    """Which programs meet, on what terms they are explored, and what is wrong with them by themselves.

    Args:
        asked: for what.
        trial: runs some alone first.
        terms: what the command line says of them.
    """
    if asked.case is not None:
        return _as_it_stands(asked.case, trial, terms)
    if asked.programs:
        operations = {name for program in asked.programs for name in program.split(AND)}
        learnt = learn_calls(trial, asked.word, terms.seed, operations)
        share: Share = {tuple(asked.programs): meetings_of(asked.programs, rehearsed(asked.programs, learnt))}
        hanging: Mapping[str, str] = {}
    else:
        learnt, hanging = _learn_what_ends(trial, asked.word, terms.seed)
        share = meetings(single(learnt.alone))
    terms = replace(
        terms,
        calls=learnt.calls,
        unlearnt=learnt.unlearnt,
        hanging=hanging,
        fails_alone=frozenset(learnt.failing),
    )
    return Agenda(share, terms, tuple(learnt.wrong.values()))


def _learn_what_ends(trial: Trial, word: str, seed: int) -> tuple[Lessons, Mapping[str, str]]:
    """Learn of all operations but those that hang by themselves, one of which would keep all others from the matrix.

    Returns:
        What was learnt; and of the operations left out, what was seen of each.

    Raises:
        HangsAlone: when none is left.
    """
    left, hanging = dict.fromkeys(trial.stage.target.operations), dict[str, str]()
    while True:
        try:
            return learn_calls(trial, word, seed, left), hanging
        except HangsAlone as error:
            hanging[error.operation] = error.problem
            del left[error.operation]
            if not left:
                raise


def _as_it_stands(case: Case, trial: Trial, terms: Terms) -> Agenda:
    given = {session: Program(calls) for session, calls in case.programs.items() if calls}
    programs = tuple(given.values())
    calls = unique(call_table(type(trial.stage.target), case.seed))
    named = tuple(program.operation for program in programs)
    terms = replace(terms, seed=case.seed, calls=calls, sessions=tuple(given), checks=case.checks)
    return Agenda({named: [programs]}, terms)


def _of_case(path: Path, programs: Sequence[str]) -> Asked:
    if programs:
        raise typer.BadParameter("a case has its own programs; name none.", param_hint="CASE")
    loaded = load(path)
    if sum(bool(calls) for calls in loaded.case.programs.values()) < 2:  # noqa: PLR2004 - two sessions can be interleaved
        raise CaseError(f"{case_file(path)} has calls in one session only.", "Two are needed to interleave them.")
    return Asked(loaded.case.target, loaded.target, case=loaded.case)


def _refuse(asked: Asked) -> None:
    target, programs = asked.target, asked.programs
    if target.session_scope == "program" and not programs:
        names = list(target.operations)[:2]
        raise TargetError(
            f"{target.__name__} keeps one session through a program, so that programs meet, and single calls do not.",
            f"Name two programs or more, as `explore {asked.word} {AND.join(names)} {AND.join(reversed(names))}`.",
        )
    if len(programs) not in (0, *range(2, len(NAMES) + 1)):
        raise typer.BadParameter("name two operations or more, or none for every two.", param_hint="OP OP")
    for name in (name for program in programs for name in program.split(AND)):
        if name not in target.operations:
            raise TargetError(
                f"{target.__name__} has no operation {name!r}.", f"It has {', '.join(sorted(target.operations))}."
            )
