"""What a step does that a step of another session may notice, or be noticed by."""

from __future__ import annotations

from dataclasses import dataclass

Tables = frozenset[str]
"""Names of tables; in parentheses, of other things that sessions share: "(advisory locks)"."""

NONE: Tables = frozenset()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step does, table by table; one that sends nothing does nothing.

    Attributes:
        sees: tables of which it matters to it what has been committed up to now. Under REPEATABLE READ and
            SERIALIZABLE these are all tables for the statement that takes the snapshot, and none for those after it.
        reads: tables that it looks at, whatever its snapshot.
        locks: tables in which it writes or locks rows, those that foreign keys lead it to among them.
        excludes: tables that it locks as a whole, so that not even a SELECT gets by.
        shows: tables whose changes it commits.
        frees: tables in which it lets go of its transaction's locks.
        leaves: tables that its transaction has touched, and is done with.
        ends: whether it ends its transaction.
        takes_snapshot: whether its transaction's snapshot is taken with it, and lasts.
        serializable: whether its transaction is SERIALIZABLE.
    """

    sees: Tables = NONE
    reads: Tables = NONE
    locks: Tables = NONE
    excludes: Tables = NONE
    shows: Tables = NONE
    frees: Tables = NONE
    leaves: Tables = NONE
    ends: bool = False
    takes_snapshot: bool = False
    serializable: bool = False
