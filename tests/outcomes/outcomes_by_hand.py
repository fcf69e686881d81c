"""Histories whose ids can be given out in more than one way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fuzz.case import Call, Case
from fuzz.history import Commit, History, Minted, Outcome, Table, Write
from fuzz.outcomes import Difference, Ending, ending_of, same
from fuzz.plain import Unordered

SEQUENCES = ((1_618_000, 1_638_000), (2_618_000, 2_638_000))
TABLES = {
    "ports": Table("ports", ("id",), ("id", "name", "network", "extra")),
    "networks": Table("networks", ("id",), ("id", "name", "extra")),
    "log": Table("log", (), ("line",)),
}
SEED: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "ports": ({"id": 1, "name": "first", "network": 1, "extra": None},),
    "networks": ({"id": 1, "name": "home", "extra": None},),
    "log": (),
}


@dataclass(frozen=True)
class Ref:
    """The place of an id that a run makes up: the `number`th of a sequence, or of the dice."""

    source: int | str
    number: int

    def __str__(self) -> str:
        return f"«{self.source}.{self.number}»"


def draw(number: int) -> bytes:
    return bytes([number, 201, 17, 250, 3, 99, 128, 7, 255, 190, 62, 251, 239, 44, 5, number])


def uuid(number: int) -> UUID:
    return UUID(bytes=draw(number), version=4)


class Naming:
    """Which id stands for which reference.

    Args:
        order: for each number of a reference, the number of the id that stands for it.
    """

    def __init__(self, order: Sequence[int]) -> None:
        self._order = order

    def id(self, ref: Ref) -> Any:
        number = self._order[ref.number]
        if isinstance(ref.source, int):
            return SEQUENCES[ref.source][0] + number
        given = uuid(number)
        return {"uuid": given, "text": str(given), "hex": given.hex}[ref.source]

    def _named(self, match: re.Match[str]) -> str:
        source = match[1]
        return str(self.id(Ref(int(source) if source.isdigit() else source, int(match[2]))))

    def fill(self, content: Any) -> Any:
        """Content with ids in place of references."""
        if isinstance(content, Ref):
            return self.id(content)
        if isinstance(content, str):
            return re.sub(r"«(\w+)\.(\d+)»", self._named, content)
        if isinstance(content, Mapping):
            return {self.fill(key): self.fill(item) for key, item in content.items()}
        if isinstance(content, Unordered):
            return Unordered(sorted(map(self.fill, content), key=repr))
        if isinstance(content, tuple):
            return tuple(map(self.fill, content))
        return content


def history(
    rows: Sequence[tuple[str, Mapping[str, Any]]] = (),
    results: Sequence[Any] = (),
    order: Sequence[int] = range(9),
    *,
    writes: Sequence[Write] = (),
    outcomes: Sequence[Outcome] = (),
    arguments: Mapping[str, Any] | None = None,
) -> History:
    """A run that inserted rows, (table, row) pairs, and whose calls returned these results.

    The ids that both refer to are given out in an order; `writes` are what else was written, `outcomes` how other
    calls ended.
    """
    naming = Naming(order)
    made = [Write(table, None, naming.fill(row)) for table, row in rows]
    ended = [
        Outcome("A", place, Call(f"act{place}"), naming.fill(result), None, False, None, 9)
        for place, result in enumerate(results)
    ]
    case = Case("x.py:X", "rc", {"A": (Call("act0", arguments or {}),)})
    commits = (Commit(1, "A", 0, (*made, *writes), {}),)
    minted = Minted(SEQUENCES, tuple(map(draw, range(9))))
    return History(case, (), (*ended, *outcomes), commits, SEED, TABLES, {}, minted=minted)


def ending(*args: Any, **options: Any) -> Ending:
    return ending_of(history(*args, **options))


def differ(one: Ending, other: Ending, **options: Any) -> bool:
    """Whether two outcomes differ, either way round; what does is told of."""
    there, back = same(one, other, **options), same(other, one, **options)
    assert (there is None) == (back is None)
    assert there is None or tells(there)
    return there is not None


def tells(difference: Difference) -> bool:
    return bool(difference.calls or difference.rows)
