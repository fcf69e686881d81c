"""What a step does that a step of another session may notice, or be noticed by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from fuzz.statements.alike import Class
from fuzz.traces.reach import Reach, meet, renamed, union

Tables = frozenset[str]
"""Names of tables; in parentheses, of other things that sessions share: "(advisory locks)"."""

NONE: Tables = frozenset()


@dataclass(frozen=True, slots=True)
class Claims:
    """What a step keeps other sessions from, until its transaction ends.

    Attributes:
        locks: rows that it writes or locks.
        shares: rows that it locks so that others may, too, as those that foreign keys point to.
        keys: what it writes that is unique, each by the values of one index.
        seeks: rows that constraints make it look for, so as to write them with those that it names. Two may look for
            the same, unless one of them finds it: then it writes it.
    """

    locks: Reach = field(default_factory=dict)
    shares: Reach = field(default_factory=dict)
    keys: Reach = field(default_factory=dict)
    seeks: Reach = field(default_factory=dict)

    @property
    def all(self) -> Reach:
        """All of them."""
        return union((self.locks, self.shares, self.keys, self.seeks))

    @property
    def tables(self) -> Tables:
        """The tables of all of them."""
        return frozenset(self.locks).union(self.shares, self.keys, self.seeks)

    def __bool__(self) -> bool:
        return bool(self.locks or self.shares or self.keys or self.seeks)

    def exclude(self, other: Claims) -> bool:
        """Whether one has to wait for the other."""
        return bool(self and other) and (
            meet(self.locks, other.locks)
            or meet(self.keys, other.keys)
            or self._come_upon(other)
            or other._come_upon(self)
        )

    def look_at(self, rows: Reach) -> bool:
        """Whether some rows may be among those that are claimed."""
        return any(meet(rows, claimed) for claimed in (self.locks, self.shares, self.keys, self.seeks))

    def renamed(self, name: Callable[[Class], Class]) -> Claims:
        """The same with other values."""
        return Claims(*(renamed(each, name) for each in (self.locks, self.shares, self.keys, self.seeks)))

    def _come_upon(self, other: Claims) -> bool:
        return meet(self.shares, other.locks) or meet(self.seeks, other.locks) or meet(self.seeks, other.shares)


def all_of(claims: Iterable[Claims]) -> Claims:
    """The claims of several steps."""
    each = [one for one in claims if one] or [Claims()]
    if len(each) == 1:
        return each[0]
    return Claims(
        union(one.locks for one in each),
        union(one.shares for one in each),
        union(one.keys for one in each),
        union(one.seeks for one in each),
    )


@dataclass(frozen=True, slots=True)
class Watched:
    """What PostgreSQL notes of a SERIALIZABLE transaction, by tables: that is how finely it is told to look.

    Attributes:
        reads: tables that the transaction reads, sooner or later; those that constraints make it look at, too.
        writes: tables that it writes.
        read: those that it has read when the step is done.
        written: those that it has written then.
        in_pair: whether at most two transactions of the run are SERIALIZABLE and come to be, so that what refuses one
            of them is what the two have read and written of each other; and whether tables are watched as wholes.
    """

    reads: Tables
    writes: Tables
    read: Tables
    written: Tables
    in_pair: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step does; one that sends nothing does nothing.

    Attributes:
        sees: rows of which it matters to it what has been committed up to now. Under REPEATABLE READ and SERIALIZABLE
            these are, for the statement that takes the snapshot, all that its transaction looks at, and none for
            those after it.
        reads: tables that it looks at, whatever its snapshot.
        claims: what it keeps others from.
        excludes: tables that it locks as a whole, so that not even a SELECT gets by.
        draws: what it draws numbers from: who comes first gets the lower one, and nobody waits.
        shows: rows whose changes it commits, as they were and as they are now.
        frees: what it keeps others from no longer.
        leaves: tables that its transaction has touched, and is done with.
        writes: tables in which it writes, constraints' cascades included.
        undoes: tables in which it takes back what its transaction may have written.
        ends: whether it ends its transaction.
        takes_snapshot: whether its transaction's snapshot is taken with it, and lasts.
        commits: whether it ends its transaction well.
        watched: what PostgreSQL notes of its transaction; None: it is not SERIALIZABLE.
    """

    sees: Reach = field(default_factory=dict)
    reads: Tables = NONE
    claims: Claims = field(default_factory=Claims)
    excludes: Tables = NONE
    draws: Tables = NONE
    shows: Reach = field(default_factory=dict)
    frees: Claims = field(default_factory=Claims)
    leaves: Tables = NONE
    writes: Tables = NONE
    undoes: Tables = NONE
    ends: bool = False
    takes_snapshot: bool = False
    commits: bool = False
    watched: Watched | None = None

    @property
    def only_looks(self) -> bool:
        """Whether it leaves no mark, so that nobody notices it who only looks, too."""
        marks = (self.claims, self.excludes, self.draws, self.shows, self.frees, self.leaves, self.undoes, self.ends)
        return not any(marks)

    @property
    def is_refusable(self) -> bool:
        """Whether PostgreSQL can refuse a SERIALIZABLE transaction at it: where it uses a table, or commits."""
        return self.commits or bool(self.reads or self.claims)

    @property
    def tables(self) -> Tables:
        """All tables that it has to do with."""
        rows = (self.sees, self.shows, self.claims.tables, self.frees.tables)
        return self.reads.union(*rows, self.excludes, self.draws, self.leaves, self.undoes)

    def renamed(self, name: Callable[[Class], Class]) -> Effect:
        """The same with other values."""
        return replace(
            self,
            sees=renamed(self.sees, name),
            claims=self.claims.renamed(name),
            shows=renamed(self.shows, name),
            frees=self.frees.renamed(name),
        )
