"""An anomaly: what a cycle of dependencies is called, by theory and by people."""

from __future__ import annotations

from dataclasses import dataclass

from fuzz.isolation.dependency import Dependency


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something that no serial order of the transactions could have shown.

    Attributes:
        name: the word for people, of `NAMES`; elsewhere `adya` in lower case.
        adya: Elle's word for the phenomenon: "G0", "G1a", "G1b", "G1c", "G-single", "G-nonadjacent", "G2-item", "G2";
            of a cycle the words end in "-process" or "-realtime" where it needs the order of a session or of time.
        cycle: the witness. Each dependency leads to where the next starts, the last to where the first does. For "G1a"
            and "G1b" the one "wr" that should not be.
        transactions: the numbers of those that take part, in order.
        certain: whether all that it rests on is.
    """

    name: str
    adya: str
    cycle: tuple[Dependency, ...]
    transactions: tuple[int, ...]
    certain: bool

    @property
    def variant(self) -> bool:
        """Whether it needs the order of a session or of time."""
        return self.adya.endswith(("-process", "-realtime"))


NAMES: tuple[str, ...] = (
    "dirty-write",
    "aborted-read",
    "intermediate-read",
    "circular-information-flow",
    "lost-update",
    "write-skew",
    "read-skew",
    "phantom",
    "non-repeatable-read",
)
"""The most telling first: what leaves wrong rows behind before what only shows them wrong."""

PHENOMENA: tuple[str, ...] = ("G0", "G1a", "G1b", "G1c", "G-single", "G-nonadjacent", "G2-item", "G2")
"""Elle's words, the worst first."""


def anomaly_of(cycle: tuple[Dependency, ...]) -> Anomaly:
    """The anomaly that a cycle is.

    Args:
        cycle: two dependencies or more, from any of its transactions on.

    Returns:
        The anomaly, its cycle turned so that it begins with what was read first and replaced.
    """
    adya = _phenomenon(cycle) + _variant(cycle)
    return Anomaly(
        _name(cycle, adya),
        adya,
        _turned(cycle),
        tuple(sorted(dependency.source for dependency in cycle)),
        all(dependency.certain for dependency in cycle),
    )


def _phenomenon(cycle: tuple[Dependency, ...]) -> str:
    anti = [dependency for dependency in cycle if dependency.kind == "rw"]
    if not anti:
        return "G1c" if any(dependency.kind == "wr" for dependency in cycle) else "G0"
    if len(anti) == 1:
        return "G-single"
    if not any(one.kind == other.kind == "rw" for one, other in zip(cycle, (*cycle[1:], cycle[0]), strict=True)):
        return "G-nonadjacent"
    return "G2" if any(dependency.predicate for dependency in anti) else "G2-item"


def _variant(cycle: tuple[Dependency, ...]) -> str:
    kinds = {dependency.kind for dependency in cycle}
    return "-realtime" if "realtime" in kinds else "-process" if "process" in kinds else ""


def _name(cycle: tuple[Dependency, ...], adya: str) -> str:
    match adya, cycle:
        case "G0", _:
            return "dirty-write"
        case "G1c", _:
            return "circular-information-flow"
        case "G-single", (one, other):
            return _name_of_single(one, other) if one.kind == "rw" else _name_of_single(other, one)
        case "G2" | "G2-item", (one, other) if one.item != other.item:
            return "write-skew"
        case _:
            return adya.lower()


def _name_of_single(anti: Dependency, back: Dependency) -> str:
    """The name for a transaction that read what another replaced, and then read or overwrote what that one wrote."""
    if anti.item == back.item and back.kind == "ww":
        return "lost-update"
    if anti.predicate:
        return "phantom"
    if anti.item == back.item and anti.source_step != back.target_step:
        return "phantom" if back.predicate else "non-repeatable-read"
    return "read-skew"


def _turned(cycle: tuple[Dependency, ...]) -> tuple[Dependency, ...]:
    start = min(range(len(cycle)), key=lambda i: (cycle[i].kind != "rw", cycle[i].source_step, cycle[i].source))
    return cycle[start:] + cycle[:start]
