"""LP1611627: the bumper reads a parent that another session has deleted.

The interleaving: A adds a rule to a security group and expires what it knows, B deletes the group and commits, A
flushes: the bumper refreshes the group, whose row is gone.

What differs: the plugin does not handle the ObjectDeletedError of a vanished relation. Correct code passes over it,
and the flush tells what is documented for it, a violated foreign key.

Seen by `errors`: an ObjectDeletedError leaves a flush, where it is not documented.

Above READ COMMITTED, A does not see the group go while its transaction lasts. There it takes a transaction more, whose
commit expires what A knows.

Least: 5 calls, 2 switches.
"""

from __future__ import annotations

from typing import ClassVar

from models import seed, sessions
from models.revisions import Revisions, standard_attr_of
from models.tables import Base, StandardAttribute
from models.transactions import Transactions
from models.zoo.animal import Animal, call, preempted


class Unguarded(Revisions):
    """Takes it for granted that a parent is still there."""

    def parent_standard_attr(self, parent: Base) -> StandardAttribute | None:
        """The parent's standard attributes."""
        return standard_attr_of(parent)


class ExpiredParent(sessions.Sessions):
    """Session operations with a bumper that trips over a deleted parent."""

    transactions: ClassVar[Transactions] = Transactions(Unguarded())


GONE = [call("delete", which=seed.FREE_GROUP), call("commit")]
ANIMAL = Animal(
    ExpiredParent,
    bugs=("LP1611627",),
    kinds=("object-deleted",),
    least=(
        preempted([call("add", kind="rule"), call("expire_all"), call("flush")], 1, GONE),
        preempted(
            [call("get", which=seed.FREE_GROUP), call("commit"), call("add", kind="rule"), call("flush")],
            2,
            GONE,
            "rr",
        ),
    ),
)
