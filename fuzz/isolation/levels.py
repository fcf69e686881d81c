"""Which phenomena the isolation levels rule out: Adya's, and PostgreSQL's three."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fuzz.isolation.anomaly import PHENOMENA, Anomaly

_WRITES = frozenset({"G0"})
_COMMITTED = _WRITES | {"G1a", "G1b", "G1c"}
_CONSISTENT = _COMMITTED | {"G-single"}
_SNAPSHOT = _CONSISTENT | {"G-nonadjacent"}


@dataclass(frozen=True, slots=True)
class Level:
    """An isolation level of Adya's.

    Attributes:
        name: "PL-" and what comes after.
        forbidden: the phenomena that it rules out.
        rows_only: whether it rules them out only where rows were read, not where a condition was.
    """

    name: str
    forbidden: frozenset[str]
    rows_only: bool = False

    def admits(self, anomaly: Anomaly) -> bool:
        """Whether an anomaly may be seen at this level."""
        if self.rows_only and any(dependency.kind == "rw" and dependency.predicate for dependency in anomaly.cycle):
            return True
        return anomaly.adya not in self.forbidden


LEVELS: tuple[Level, ...] = (
    Level("PL-3", frozenset(PHENOMENA)),
    Level("PL-SI", _SNAPSHOT),
    Level("PL-2.99", _SNAPSHOT | {"G2-item"}, rows_only=True),
    Level("PL-2+", _CONSISTENT),
    Level("PL-2", _COMMITTED),
    Level("PL-1", _WRITES),
)
"""The strongest first. PL-2.99 rules out what PL-SI admits (write skew by rows) and admits what that rules out
(phantoms); it stands below as PostgreSQL's REPEATABLE READ is PL-SI."""


def strongest_level(anomalies: Iterable[Anomaly]) -> str:
    """The strongest of Adya's levels that what was seen leaves.

    Args:
        anomalies: of one history. Those that are not certain, and those that need the order of a session or of time,
            which none of these levels promises, rule out nothing.

    Returns:
        A name of `LEVELS`; "PL-0", which rules out nothing, where all of them are broken.
    """
    seen = [anomaly for anomaly in anomalies if anomaly.certain]
    return next((level.name for level in LEVELS if all(map(level.admits, seen))), "PL-0")


def forbidden_at(level: Literal["rc", "rr", "ser"]) -> frozenset[str]:
    """The phenomena that a level of PostgreSQL rules out, in Elle's words.

    Args:
        level: "rc", READ COMMITTED: PL-2; "rr", REPEATABLE READ, which is snapshot isolation: PL-SI; "ser",
            SERIALIZABLE: PL-3.
    """
    return _PROMISED[level]


_PROMISED = {"rc": _COMMITTED, "rr": _SNAPSHOT, "ser": frozenset(PHENOMENA)}
