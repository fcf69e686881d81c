"""The steps of a history, cut into transactions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fuzz.history import History, Step


@dataclass(slots=True)
class Segment:
    """The steps of one transaction, on one connection of one session.

    Attributes:
        steps: all of them, in order.
        kept: those that had an effect: neither failed, nor undone by a savepoint.
    """

    session: str
    connection: int
    steps: list[Step] = field(default_factory=list)
    kept: list[Step] = field(default_factory=list)
    _savepoints: dict[str, int] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        """Add the next step."""
        self.steps.append(step)
        match step.sql.upper().split()[:3]:
            case ["SAVEPOINT", name]:
                self._savepoints[name] = len(self.kept)
            case ["ROLLBACK", "TO", *_]:
                del self.kept[self._savepoints.get(step.sql.upper().split()[-1], 0) :]
            case _ if step.failure is None:
                self.kept.append(step)

    @property
    def last(self) -> Step:
        """The last step."""
        return self.steps[-1]

    @property
    def has_ended(self) -> bool:
        """Whether the transaction is over, one way or the other."""
        return _ends(self.last)

    @property
    def has_failed(self) -> bool:
        """Whether it came to its end, if at all, by a ROLLBACK or an error."""
        return self.last.sql == "ROLLBACK" or self.last.failure is not None


def segments(history: History) -> Iterator[Segment]:
    """The transactions of a history, in the order of their first steps."""
    found: list[Segment] = []
    current: dict[tuple[str, int], Segment] = {}
    for step in history.steps:
        key = (step.session, step.connection)
        if key not in current:
            current[key] = Segment(*key)
            found.append(current[key])
        current[key].add(step)
        if _ends(step):
            del current[key]
    return iter(found)


def _ends(step: Step) -> bool:
    return step.ends or step.sql in {"COMMIT", "ROLLBACK"}
