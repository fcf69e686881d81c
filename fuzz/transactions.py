"""The transactions of a history, with the versions of rows that each read and made: dependencies come of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Item = tuple[str, tuple[str, ...]]
"""A row: its table and its primary key, as text."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a row.

    Attributes:
        writer: the number of the transaction that made it; None for the seed, and for what was before the seed's
            or anybody's first row.
        step: the number of the step that made it; 0 where no step did.
        state: whether others may read it: "committed", the last that its transaction made of the row;
            "intermediate", an earlier one of such a transaction; "aborted", of one that was rolled back.
        gone: whether the row is not there in this version.
        row: its columns, where they are known.
    """

    writer: int | None
    step: int
    state: Literal["committed", "intermediate", "aborted"] = "committed"
    gone: bool = False
    row: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A transaction's look at one row.

    Attributes:
        step: the number of the step that looked.
        item: the row.
        version: which of the row's versions it saw, as an index into `Transactions.versions[item]`.
        replaced: the index of the first later version that would have changed the answer; None where there is none.
            For a row that was read by itself that is the next committed version; for one that a condition was
            evaluated on, the next that makes a difference to the condition.
        predicate: whether the row was not in the result, and only might have been: what was read is a condition.
        certain: False where the statement may have looked at the row, but that cannot be told.
    """

    step: int
    item: Item
    version: int
    replaced: int | None
    predicate: bool = False
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction.

    Attributes:
        number: its place among all, by their first steps, from 0.
        session: whose it is.
        calls: the places in the session's program of the calls that its steps belong to.
        first: the number of its first step.
        last: the number of its last step, COMMIT or ROLLBACK where it had one.
        ended: the number of the last step that had been sent when its end was answered.
        committed: whether it committed.
        reads: in order of their steps.
        writes: the rows that it wrote, each with the index of the last version it made.
    """

    number: int
    session: str
    calls: tuple[int, ...]
    first: int
    last: int
    ended: int
    committed: bool
    reads: tuple[Read, ...]
    writes: Mapping[Item, int]


@dataclass(frozen=True, slots=True)
class Transactions:
    """All transactions of a history.

    Attributes:
        all: in order of their numbers.
        versions: of each row that was read or written, in the order they were committed; the first is what the
            history began with.
    """

    all: tuple[Transaction, ...]
    versions: Mapping[Item, tuple[Version, ...]]
