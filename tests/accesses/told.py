"""What a history's transactions read and wrote, a line each.

A read: "2 parents 1: seed > B" is a look of step 2 at the seed's version of a row, which B replaced; "2 parents 1: B"
is one that saw B's version, which nobody replaced. Before the row stands "~" where only a condition was evaluated, and
"?" where it cannot be told whether the row was looked at.

A write: "3 parents 1"; "3 parents 1 gone" where the row was deleted; "(3) parents 1" where the same transaction wrote
the row again.
"""

from __future__ import annotations

from fuzz.accesses import transactions_of
from fuzz.history import History
from fuzz.transactions import Item, Transactions, Version


def reads(history: History, session: str = "A") -> list[str]:
    """What a session read, in all its transactions."""
    known = transactions_of(history)
    return sorted(
        f"{read.step} {'' if read.certain else '?'}{'~' if read.predicate else ''}{_row(read.item)}: "
        f"{_writer(known, known.versions[read.item][read.version])}"
        + ("" if read.replaced is None else f" > {_writer(known, known.versions[read.item][read.replaced])}")
        for transaction in known.all
        if transaction.session == session
        for read in transaction.reads
    )


def writes(history: History, session: str = "A") -> list[str]:
    """What a session wrote and committed."""
    known = transactions_of(history)
    return sorted(
        f"{f'({version.step})' if version.state == 'intermediate' else version.step} {_row(item)}"
        + (" gone" if version.gone else "")
        for item, versions in known.versions.items()
        for version in versions
        if version.writer is not None and known.all[version.writer].session == session
    )


def _row(item: Item) -> str:
    table, key = item
    return f"{table} {','.join(key)}"


def _writer(known: Transactions, version: Version) -> str:
    return "seed" if version.writer is None else known.all[version.writer].session
