"""Which item of one outcome is which of another: those with the same key, and among them the most alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

COMPARED = 10_000
"""How many pairs with one key are compared to find the most alike; where there are more, the order decides."""


def pair_up(
    ones: Iterable[Item],
    others: Iterable[Item],
    key: Callable[[Item], Hashable],
    likeness: Callable[[Item, Item], tuple[int, ...]],
) -> Iterator[tuple[Item | None, Item | None]]:
    """Pair each item with one of the other side, or with None where there is none left.

    Args:
        ones: items on one side.
        others: items on the other side.
        key: what items have in common that can be paired.
        likeness: how much two of them have in common.
    """
    groups: defaultdict[Hashable, tuple[list[Item], list[Item]]] = defaultdict(lambda: ([], []))
    for side, items in enumerate((ones, others)):
        for item in items:
            groups[key(item)][side].append(item)
    for mine, theirs in groups.values():
        compared = len(mine) * len(theirs) <= COMPARED
        for one in mine:
            if not theirs:
                yield one, None
            else:
                best = max(range(len(theirs)), key=lambda at: likeness(one, theirs[at])) if compared else 0
                yield one, theirs.pop(best)
        for other in theirs:
            yield None, other
