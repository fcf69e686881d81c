"""Whether two outcomes are the same: equal up to a renaming of generated ids, one to one, over all that they hold."""

from __future__ import annotations

from fuzz.outcomes.difference import Difference, difference_between
from fuzz.outcomes.ending import Ending
from fuzz.outcomes.isomorphism import isomorphic
from fuzz.outcomes.pruned import Pruned, pruned
from fuzz.outcomes.volatile import Volatile

_NOTHING = Volatile()


def same(
    one: Ending,
    other: Ending,
    *,
    volatile: Volatile = _NOTHING,
    ignored: frozenset[tuple[str, str]] = frozenset(),
) -> Difference | None:
    """How two outcomes differ; None where they are the same.

    Args:
        one: the outcome of a run.
        other: that of another one that began with the same rows.
        volatile: what two runs of one serial order have shown to say nothing.
        ignored: (table, column) pairs that the target wants left out.
    """
    mine, theirs = pruned(one, volatile, ignored), pruned(other, volatile, ignored)
    return None if _agree(mine, theirs) else difference_between(mine, theirs)


def agree(
    one: Ending,
    other: Ending,
    *,
    volatile: Volatile = _NOTHING,
    ignored: frozenset[tuple[str, str]] = frozenset(),
) -> bool:
    """Whether two outcomes are the same: as `same`, but cheaper where they are not."""
    return _agree(pruned(one, volatile, ignored), pruned(other, volatile, ignored))


def _agree(one: Pruned, other: Pruned) -> bool:
    return (one.calls == other.calls and one.rows == other.rows) or isomorphic(one.graph, other.graph)
