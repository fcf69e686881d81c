"""What is known of an animal of the zoo, as data: its tests and `make zoo` go by it."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from fuzz import Target
from fuzz.case import Call, Case
from models import zoo


@dataclass(frozen=True, slots=True)
class Animal:
    """A target with a bug.

    Attributes:
        target: the class.
        bugs: what the bug is known by: Launchpad numbers ("LP1611627"), or commits of Neutron where there is none.
        kinds: the kinds of violation that it may be reported as; that of the first least case first.
        least: the smallest cases that show it.
    """

    target: type[Target]
    bugs: tuple[str, ...]
    kinds: tuple[str, ...]
    least: tuple[Case, ...]

    @property
    def word(self) -> str:
        """The TARGET word: its module."""
        return self.target.__module__

    @property
    def name(self) -> str:
        """Its module's own name."""
        return self.word.rpartition(".")[2]


def animals() -> list[Animal]:
    """All animals, by name."""
    modules = [import_module(each.name) for each in pkgutil.iter_modules(zoo.__path__, f"{zoo.__name__}.")]
    return [module.ANIMAL for module in modules if hasattr(module, "ANIMAL")]


def call(operation: str, **arguments: Any) -> Call:
    """A call."""
    return Call(operation, arguments)


def alone(*calls: Call, isolation: str = "rc") -> Case:
    """Calls of one session: no concurrency is needed."""
    return Case("", isolation, {"A": calls})


def preempted(first: Sequence[Call], steps: int, second: Sequence[Call], isolation: str = "rc") -> Case:
    """A takes some steps, then B goes to its end, then A does: two context switches."""
    return Case("", isolation, {"A": tuple(first), "B": tuple(second)}, ("A",) * steps + ("B",) * 50 + ("A",))
