"""A case: programs and a schedule as plain data, in versioned JSON. Nothing else is needed to run it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, pairwise, repeat
from pathlib import Path
from reprlib import repr as short
from typing import Any

from fuzz.errors import CaseError
from fuzz.plain import from_json, to_json
from fuzz.wanted import Unwanted, field_of, wanted

FORMAT = 1

MOST_TURNS = 1_000_000
"""Turns that the schedule of a case file may have: a hundred times the steps of the longest call."""

ISOLATION = {"rc": "read committed", "rr": "repeatable read", "ser": "serializable"}
"""Isolation levels as the command line names them -> as PostgreSQL does."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operation with concrete arguments."""

    operation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.operation}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"


@dataclass(frozen=True, slots=True)
class Case:
    """What is run, in which order.

    Attributes:
        target: the TARGET word that names the code under test.
        isolation: a key of `ISOLATION`.
        programs: session name -> its calls, in order.
        schedule: which session takes the next step; a call that sends nothing takes one, too. Any sequence is valid: a
            name whose session cannot go on is passed over, and when the schedule has run out the sessions finish one
            after the other.
        seed: of the clock and the dice.
        checks: names of the checks that apply; empty: the target's.
    """

    target: str
    isolation: str
    programs: Mapping[str, tuple[Call, ...]]
    schedule: tuple[str, ...] = ()
    seed: int = 0
    checks: tuple[str, ...] = ()

    @property
    def calls(self) -> int:
        """How many calls the programs have."""
        return sum(map(len, self.programs.values()))

    @property
    def switches(self) -> int:
        """How often the schedule goes over to another session."""
        return sum(one != other for one, other in pairwise(self.schedule))

    def scheduled(self, schedule: Iterable[str]) -> Case:
        """The same programs under another schedule."""
        return replace(self, schedule=tuple(schedule))

    def dumps(self) -> str:
        """The text of a case file; the schedule is written as runs of steps, [session, steps]."""
        return json.dumps(
            {
                "format": FORMAT,
                "target": self.target,
                "isolation": self.isolation,
                "seed": self.seed,
                "programs": {
                    session: [
                        {"operation": call.operation, "arguments": to_json(dict(call.arguments))} for call in calls
                    ]
                    for session, calls in self.programs.items()
                },
                "schedule": [[session, len(list(steps))] for session, steps in groupby(self.schedule)],
            }
            | ({"checks": list(self.checks)} if self.checks else {}),
            indent=2,
            ensure_ascii=False,
        )

    @classmethod
    def loads(cls, text: str, name: str = "the case file") -> Case:
        """Read a case file's text.

        Args:
            text: what `dumps` wrote.
            name: what to call the file in an error.

        Raises:
            CaseError: when it is cut, of a newer format, or no case at all.
        """
        try:
            return _read(_content(text, name))
        except Unwanted as error:
            raise CaseError(f"{name} is no valid case: {error}.", "Copy it again from its source.") from error
        except RecursionError as error:
            raise CaseError(f"{name} is no valid case: it is nested too deep.", "Copy it again.") from error


def _content(text: str, name: str) -> dict[str, Any]:
    """What a case file of this format holds, whatever that is.

    Raises:
        CaseError: it is cut, of a newer format, or of another kind.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise CaseError(
            f"{name} is no whole JSON document: {error}.", "It may have been cut; copy it again from its source."
        ) from error
    if type(content) is not dict or type(content.get("format")) is not int:
        raise CaseError(f"{name} is JSON, but no case: it has no format number.", "Give a case.json of rowrace.")
    if content["format"] > FORMAT:
        raise CaseError(
            f"{name} has format {content['format']}; this rowrace reads up to {FORMAT}.", "Upgrade rowrace."
        )
    return content


def _read(content: dict[str, Any]) -> Case:
    isolation = field_of(content, "isolation", str)
    if isolation not in ISOLATION:
        raise Unwanted(f"isolation is {isolation!r}, not one of {', '.join(ISOLATION)}")
    programs = {
        session: tuple(_call(each) for each in wanted(calls, list, f"the program of {session}"))
        for session, calls in field_of(content, "programs", dict).items()
    }
    if strange := [session for session in programs if not session.isidentifier()]:
        raise Unwanted(f"a session is called {short(strange[0])}, which is no word")
    if not any(programs.values()):
        raise Unwanted("its programs call nothing")
    schedule = _schedule(field_of(content, "schedule", list), programs)
    checks = tuple(wanted(name, str, "a check") for name in wanted(content.get("checks", []), list, "checks"))
    return Case(field_of(content, "target", str), isolation, programs, schedule, field_of(content, "seed", int), checks)


def _call(content: Any) -> Call:
    call = wanted(content, dict, "a call")
    operation = field_of(call, "operation", str, "a call")
    arguments = from_json(field_of(call, "arguments", dict, "a call"))
    if type(arguments) is not dict or not all(type(name) is str for name in arguments):
        raise Unwanted(f"the arguments of {operation} have no names")
    return Call(operation, arguments)


def _schedule(parts: Iterable[Any], sessions: Collection[str]) -> tuple[str, ...]:
    runs = [_run(part) for part in parts]
    if unknown := {session for session, _ in runs} - set(sessions):
        raise Unwanted(f"the schedule names sessions without a program: {', '.join(sorted(unknown))}")
    if (turns := sum(steps for _, steps in runs)) > MOST_TURNS:
        raise Unwanted(f"the schedule has {turns:,} turns, more than {MOST_TURNS:,}")
    return tuple(chain.from_iterable(repeat(session, steps) for session, steps in runs))


def _run(part: Any) -> tuple[str, int]:
    """A session, and how many steps it takes."""
    match wanted(part, list, "a part of the schedule"):
        case [session, steps] if wanted(steps, int, "a number of steps") > 0:
            return wanted(session, str, "a session of the schedule"), steps
        case _:
            raise Unwanted(f"a part of the schedule is {short(part)}, not a session and how many steps it takes")


def case_file(path: Path) -> Path:
    """The case file that a path means: itself, or `case.json` in a finding's folder."""
    return path / "case.json" if path.is_dir() else path


def read_case(path: Path) -> Case:
    """Read the case at a path, a file or a finding's folder.

    Raises:
        CaseError: when there is none, or it cannot be read.
    """
    file = case_file(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{file} cannot be read: {error}.", "Name a case.json, or a folder that has one.") from error
    return Case.loads(text, str(file))
