"""Revision numbers: each committed transaction that changes a resource raises its number by one.

A resource's own change is a compare-and-swap: the number is raised in Python, and the flush writes it only where the
old one still stands. A change of a related row (`revises_on_change`) raises the number in the database, whatever it
is, so that many children can be written at a time; or it is a compare-and-swap, too, so that of two sessions that
read the resource and then write children of it, the second has to read again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, event, inspect, select, update
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import ObjectDeletedError

from models.errors import RevisionMismatch
from models.tables import Base, Resource, StandardAttribute

log = logging.getLogger(__name__)

_PLUGIN = "revisions"
_STATE = "revisions of this transaction"


@dataclass(frozen=True, slots=True)
class Expectation:
    """If-Match: the caller goes by this revision of the resource and wants no other changed."""

    model: type[Resource]
    id: str
    revision_number: int


@dataclass(slots=True)
class State:
    """What the plugin knows of one session.

    Attributes:
        expected: what the caller expects; it outlives a transaction, as a retried one is held to it, too.
        checked: whether this transaction has been held to it.
        bumped: standard attributes whose number this transaction has set: no second time.
        related: standard attributes to raise once the flush has written what they are related to.
    """

    expected: Expectation | None = None
    checked: bool = False
    bumped: set[StandardAttribute] = field(default_factory=set)
    related: set[StandardAttribute] = field(default_factory=set)

    def clear(self) -> None:
        """Forget the transaction."""
        self.checked = False
        self.bumped.clear()
        self.related.clear()


def state(session: Session) -> State:
    """The plugin's state of a session, made at first sight."""
    found = session.info.get(_STATE)
    if not isinstance(found, State):
        found = session.info[_STATE] = State()
    return found


class Revisions:
    """The revision plugin; attached to single sessions, so that variants of it live side by side.

    Args:
        compare_and_swap: whether the number of a related resource must still be the one that was read; otherwise it
            is raised blindly. What goes by a check of a resource's children is safe then only if it locks.
    """

    def __init__(self, *, compare_and_swap: bool = False) -> None:
        self.compare_and_swap = compare_and_swap

    def attach(self, session: Session) -> None:
        """Raise revision numbers in what this session writes from now on. Once is enough."""
        session.info.setdefault(_PLUGIN, self)

    def before_flush(self, session: Session, _context: Any, _instances: Any) -> None:
        """Hold the session to If-Match, raise what has changed, and find what else that changes."""
        self.check_expected(session)
        self.bump_modified(session)
        self.collect_related(session)
        if self.compare_and_swap:
            for standard_attr in _take_related(session):
                standard_attr.revision_number += 1

    def after_flush_postexec(self, session: Session, _context: Any) -> None:
        """Raise what the flushed rows are related to."""
        if pending := _take_related(session):
            self.bump_related(session, pending)

    def before_commit(self, session: Session) -> None:
        """Hold a transaction to If-Match that had nothing to flush."""
        self.check_expected(session)

    def after_transaction_end(self, session: Session, transaction: SessionTransaction) -> None:
        """The next transaction may raise each number again."""
        if transaction.parent is None:
            state(session).clear()

    def check_expected(self, session: Session) -> None:
        """Compare the resource's number with the expected one: once in a transaction, before anything is raised.

        Raises:
            RevisionMismatch: the resource is at another revision.
        """
        known = state(session)
        if known.expected is None or known.checked:
            return
        known.checked = True
        resource = session.get(known.expected.model, known.expected.id)
        if resource is not None:
            compare(known.expected, resource.standard_attr.revision_number)

    def bump(self, session: Session, resource: Resource) -> None:
        """Raise the number of a resource that is not changed otherwise; the next flush writes it.

        Raises:
            RevisionMismatch: the caller expects another than the one that is raised here.
        """
        self.check_expected(session)  # the flush would look at the raised number
        resource.standard_attr.revision_number += 1
        state(session).bumped.add(resource.standard_attr)

    def bump_modified(self, session: Session) -> None:
        """Raise the number of each resource whose own columns, or description, change."""
        bumped = state(session).bumped
        # What is new begins at 0 and is returned so. Upstream's is raised by its own children that later flushes of the
        # transaction write: a port is returned at 1, a security group at 0.
        bumped.update(new for new in session.new if isinstance(new, StandardAttribute))
        for changed in self.modified(session):
            try:
                standard_attr = standard_attr_of(changed)
                if standard_attr is not None and standard_attr not in bumped:
                    standard_attr.revision_number += 1
                    bumped.add(standard_attr)
            except ObjectDeletedError:  # the flush will find no row to update, and says so: StaleDataError
                log.info("no revision to raise: the row of a changed %s is gone", type(changed).__name__)

    def modified(self, session: Session) -> Iterator[Base]:
        """What a flush would update: objects with a column changed for good, not only assigned to.

        A collection is no column: its members tell for themselves. The order is that of their keys: the session keeps
        a set, and what is read on the way must not depend on where Python put the objects.
        """
        for candidate in sorted(session.dirty, key=lambda each: str(inspect(each).identity_key)):
            if isinstance(candidate, Base) and session.is_modified(candidate, include_collections=False):
                yield candidate

    def collect_related(self, session: Session) -> None:
        """Find the resources that a change of their relations is a change of."""
        known = state(session)
        for changed in [*self.modified(session), *session.deleted, *session.new]:
            known.related.update(self.related(session, changed))

    def related(self, session: Session, changed: Base) -> Iterator[StandardAttribute]:
        """The standard attributes of all resources that `changed` revises, directly or through another."""
        for relation in changed.revises_on_change:
            for parent in self.parents(changed, relation):
                if parent in session.deleted:
                    continue
                standard_attr = self.parent_standard_attr(parent)
                if standard_attr is not None:
                    yield standard_attr
                yield from self.related(session, parent)

    def parents(self, changed: Base, relation: str) -> list[Base]:
        """Where the relation leads to, and where it led to before the change; less what is gone."""
        try:
            history = inspect(changed).attrs[relation].load_history()
        except ObjectDeletedError:
            log.warning("%s of a %s is gone", relation, type(changed).__name__)
            return []
        return [parent for parent in history.sum() if parent is not None]

    def parent_standard_attr(self, parent: Base) -> StandardAttribute | None:
        """The parent's standard attributes; None for one that another session has deleted meanwhile."""
        try:
            return standard_attr_of(parent)
        except ObjectDeletedError:
            log.info("no revision to raise: a %s is gone", type(parent).__name__)
            return None

    def bump_related(self, session: Session, pending: Iterable[StandardAttribute]) -> None:
        """Raise the numbers in one statement, and take over what they have become."""
        by_id = {each.id: each for each in pending}
        chosen = {_IDS: sorted(by_id)}
        session.execute(_RAISED, chosen)
        for key, number in session.execute(_NUMBERS, chosen).all():
            set_committed_value(by_id.pop(key), "revision_number", number)
        for key in by_id:
            log.info("no revision to raise: standard attributes %s are gone", key)


_IDS = "ids"
_CHOSEN = StandardAttribute.id.in_(bindparam(_IDS, expanding=True))
_RAISED = (
    update(StandardAttribute)
    .where(_CHOSEN)
    .values(revision_number=StandardAttribute.revision_number + 1)
    .execution_options(synchronize_session=False)
)
_NUMBERS = select(StandardAttribute.id, StandardAttribute.revision_number).where(_CHOSEN).order_by(StandardAttribute.id)
"""Put together once: each flush that changes a related row sends both."""


def _tell(name: str) -> None:
    """Pass an event of any session on to the plugin that is attached to it.

    Listened to once for all: four listeners for each new session took a twentieth of a short operation's time.
    """

    @event.listens_for(Session, name)
    def pass_on(session: Session, *arguments: Any) -> None:
        plugin = session.info.get(_PLUGIN)
        if plugin is not None:
            getattr(plugin, name)(session, *arguments)


for _name in ("before_flush", "after_flush_postexec", "before_commit", "after_transaction_end"):
    _tell(_name)


def bump(session: Session, resource: Resource) -> None:
    """What `Revisions.bump` does, by the plugin that is attached to the session."""
    plugin: Revisions = session.info[_PLUGIN]
    plugin.bump(session, resource)


def compare(expected: Expectation, revision_number: int) -> None:
    """Refuse any revision but the expected one.

    Raises:
        RevisionMismatch: it is another.
    """
    if revision_number != expected.revision_number:
        raise RevisionMismatch(
            f"{expected.id} is at revision {revision_number}, not {expected.revision_number} as expected"
        )


def _take_related(session: Session) -> set[StandardAttribute]:
    """The related standard attributes that are still to be raised; they count as raised from now on."""
    known = state(session)
    pending = known.related - known.bumped
    known.related.clear()
    known.bumped |= pending
    return pending


def standard_attr_of(of: Base) -> StandardAttribute | None:
    """The standard attributes of a resource, themselves of themselves; None where there are none.

    Raises:
        ObjectDeletedError: their row is gone.
    """
    standard_attr = of.standard_attr if isinstance(of, Resource) else of
    if not isinstance(standard_attr, StandardAttribute):
        return None
    if inspect(standard_attr).persistent:
        _ = standard_attr.revision_number  # an expired one is read now, where its absence can be told
    return standard_attr
