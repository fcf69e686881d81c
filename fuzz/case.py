"""A case: programs and a schedule as plain data, in versioned JSON. Nothing else is needed to run it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from fuzz.errors import CaseError
from fuzz.plain import from_json, to_json

FORMAT = 1

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
            content = json.loads(text)
        except ValueError as error:
            raise CaseError(
                f"{name} is no whole JSON document: {error}.", "It may have been cut; copy it again from its source."
            ) from error
        if not isinstance(content, dict) or not isinstance(content.get("format"), int):
            raise CaseError(f"{name} is JSON, but no case: it has no format number.", "Give a case.json of rowrace.")
        if content["format"] > FORMAT:
            raise CaseError(
                f"{name} has format {content['format']}; this rowrace reads up to {FORMAT}.", "Upgrade rowrace."
            )
        try:
            return cls._read(content)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CaseError(f"{name} is no valid case: {error!r}.", "Copy it again from its source.") from error

    @classmethod
    def _read(cls, content: dict[str, Any]) -> Case:
        if content["isolation"] not in ISOLATION:
            message = f"isolation is {content['isolation']!r}, not one of {', '.join(ISOLATION)}"
            raise ValueError(message)
        programs = {
            str(session): tuple(Call(str(call["operation"]), from_json(dict(call["arguments"]))) for call in calls)
            for session, calls in content["programs"].items()
        }
        schedule = tuple(name for session, steps in content["schedule"] for name in [str(session)] * int(steps))
        if unknown := set(schedule) - set(programs):
            message = f"the schedule names sessions without a program: {', '.join(sorted(unknown))}"
            raise ValueError(message)
        checks = tuple(str(name) for name in content.get("checks", ()))
        return cls(str(content["target"]), content["isolation"], programs, schedule, int(content["seed"]), checks)


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
