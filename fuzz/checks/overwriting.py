"""Changes that were written over by somebody who had read the row before, and did not go by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fuzz.isolation import Anomaly, Dependency
from fuzz.transactions import Item, Read, Transaction, Transactions, Version
from fuzz.violations import LostUpdate


def lost_update(transactions: Transactions) -> Anomaly | None:
    """A transaction that wrote over a change of a row that it had read before, and did not go by the change."""
    for writer in transactions.all:
        for item in writer.writes if writer.committed else ():
            found = _lost(transactions.versions[item], writer, item)
            if found is not None:
                return found
    return None


def _lost(versions: Sequence[Version], writer: Transaction, item: Item) -> Anomaly | None:
    own = next(place for place, version in enumerate(versions) if version.writer == writer.number)
    lost, written = versions[own - 1], versions[own]
    looks = list(_looks(writer, item, written.step))
    missed = [look for look in looks if look.version < own - 1]
    if lost.writer is None or lost.writer == writer.number or not missed:
        return None
    if len(missed) < len(looks) and not _puts_back(versions[missed[-1].version], lost, written):
        return None
    cycle = (
        Dependency(writer.number, lost.writer, "rw", item, missed[-1].step, lost.step),
        Dependency(lost.writer, writer.number, "ww", item, lost.step, written.step),
    )
    return Anomaly(LostUpdate.kind, "G-single", cycle, tuple(sorted((writer.number, lost.writer))), certain=True)


def _looks(writer: Transaction, item: Item, written: int) -> Iterator[Read]:
    """What a transaction has seen of a row for certain: the look of the statement that wrote it is none."""
    return (
        look
        for look in writer.reads
        if look.item == item and look.certain and not look.predicate and look.step != written
    )


def _puts_back(read: Version, lost: Version, written: Version) -> bool:
    """Whether a column that was changed in between is again what had been read: a second look, if any, was for nothing.

    So `Session.merge` does: it reads the row again, and writes all that its copy holds.
    """
    old, changed, new = read.row or {}, lost.row or {}, written.row or {}
    return any(changed.get(column) != value and new.get(column) == value for column, value in old.items())
