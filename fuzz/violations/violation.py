"""What all violations have in common."""

from __future__ import annotations

import hashlib
from typing import ClassVar


class Violation(Exception):
    """Something is wrong with a history.

    Args:
        story: why, in a short paragraph that needs no textbook.
        operations: the operations at fault, by name.
        shape: what else makes two violations of a kind the same bug: exception types, tables. Nothing that differs
            from machine to machine or with the target's place.
        steps: the numbers of the steps that show it.
        why: the dependencies behind it, a line each.
    """

    kind: ClassVar[str]
    check: ClassVar[str]

    def __init__(
        self,
        story: str,
        *,
        operations: tuple[str, ...],
        shape: tuple[str, ...],
        steps: tuple[int, ...] = (),
        why: tuple[str, ...] = (),
    ) -> None:
        super().__init__(story)
        self.story = story
        self.operations = operations
        self.shape = shape
        self.steps = steps
        self.why = why

    @property
    def signature(self) -> str:
        """Eight hexadecimal digits: same bug, same signature, on every machine."""
        content = "\n".join((self.kind, *sorted(self.operations), *self.shape))
        return hashlib.sha256(content.encode()).hexdigest()[:8]
