from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to look for a race, and how often to try what was found again."""

    seconds: float
    replays: int


@dataclass(frozen=True, slots=True)
class Search:
    """How a tool's search for a race ended.

    Attributes:
        found: whether it came upon the race.
        executions: attempts that it made until then, or in vain.
        seconds: until then, or in vain.
        replays: how many of the replays showed the same.
        calls: of the least case; 0 where the tool makes none.
        switches: of the least case.
    """

    found: bool
    executions: int
    seconds: float
    replays: int = 0
    calls: int = 0
    switches: int = 0


class Counted:
    """Counts attempts up to the first that does harm.

    Attributes:
        found: whether one has.
        executions: how many have ended until then.
        seconds: since the first began, at the end of the last that counts.
    """

    def __init__(self) -> None:
        self.found = False
        self.executions = 0
        self.seconds = 0.0
        self._began = perf_counter()

    def note(self, *, harm: bool) -> bool:
        """An attempt has ended; says again whether it did harm."""
        if not self.found:
            self.found = harm
            self.executions += 1
            self.seconds = perf_counter() - self._began
        return harm

    def search(self, replays: int) -> Search:
        """The search that this was; one in vain ends now, perhaps in an attempt that did not."""
        seconds = self.seconds if self.found else perf_counter() - self._began
        return Search(self.found, self.executions, seconds, replays)
