"""The races that published packages are known for, as data: tests/wild/corpus.toml says of each what must be found."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Race:
    """What must be found.

    Attributes:
        target: the class.
        operations: that the least case calls.
        kinds: the kinds of violation that it may be reported as.
        findings: after how many a campaign ends: more than one where something else may be met first.
    """

    target: str
    operations: tuple[str, ...]
    kinds: tuple[str, ...]
    findings: int = 1

    def is_met_by(self, kind: str | None, operations: Sequence[str]) -> bool:
        """Whether a finding of this kind, in calls of these operations, is this race."""
        return kind in self.kinds and sorted(operations) == sorted(self.operations)


@dataclass(frozen=True, slots=True)
class Package:
    """A package at one version, and what is known of it.

    Attributes:
        name: of its environment.
        file: with its targets.
        requires: what pip is to install.
        modules: requirement -> a module that is in its source archive only.
        races: what must be found.
        silent: targets that have no race in any interleaving of any two operations.
    """

    name: str
    file: Path
    requires: tuple[str, ...]
    modules: Mapping[str, str]
    races: tuple[Race, ...]
    silent: tuple[str, ...]

    def word(self, target: str) -> str:
        """The TARGET word of a class."""
        return f"{self.file}:{target}"


def packages(corpus: Path) -> list[Package]:
    """What a corpus tells of.

    Args:
        corpus: the file; a package's targets are in NAME.py beside it, or in the file beside it that is named.
    """
    return [_package(corpus.parent, name, facts) for name, facts in tomllib.loads(corpus.read_text()).items()]


def _package(folder: Path, name: str, facts: Mapping[str, Any]) -> Package:
    return Package(
        name=name,
        file=folder / facts.get("file", f"{name}.py"),
        requires=tuple(facts["requires"]),
        modules=facts.get("modules", {}),
        races=tuple(_race(target, race) for target, race in facts.get("races", {}).items()),
        silent=tuple(facts.get("silent", ())),
    )


def _race(target: str, facts: Mapping[str, Any]) -> Race:
    return Race(target, tuple(facts["operations"]), tuple(facts["kinds"]), facts.get("findings", 1))
