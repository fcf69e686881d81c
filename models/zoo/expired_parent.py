"""LP1611627: the bumper reads a parent that another session has deleted.

The interleaving: A adds a rule to a security group and expires what it knows, B deletes the group and commits, A
flushes: the bumper refreshes the group, whose row is gone.

What differs: the plugin does not handle the ObjectDeletedError of a vanished relation. Correct code passes over it,
and the flush tells what is documented for it, a violated foreign key.

Seen by `errors`: an ObjectDeletedError leaves a flush, where it is not documented.

The least case: A add(rule), A expire_all(), B delete(group-2), B commit(), A flush(): 5 calls, 2 context switches.
Under READ COMMITTED only: above it, A does not see the group go. There, A get(group-2), A commit(), B delete(group-2),
B commit(), A add(rule), A flush(): 6 calls, 2 context switches.
"""

from __future__ import annotations

from typing import ClassVar

from models import sessions
from models.revisions import Revisions, standard_attr_of
from models.tables import Base, StandardAttribute
from models.transactions import Transactions


class Unguarded(Revisions):
    """Takes it for granted that a parent is still there."""

    def parent_standard_attr(self, parent: Base) -> StandardAttribute | None:
        """The parent's standard attributes."""
        return standard_attr_of(parent)


class ExpiredParent(sessions.Sessions):
    """Session operations with a bumper that trips over a deleted parent."""

    transactions: ClassVar[Transactions] = Transactions(Unguarded())
