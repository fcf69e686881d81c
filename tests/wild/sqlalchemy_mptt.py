"""sqlalchemy-mptt==0.6.0: trees as nested sets, numbered anew with every change."""

from __future__ import annotations

from hypothesis import strategies as st
from sqlalchemy import Column, Integer
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy_mptt import BaseNestedSets

from fuzz import Target, operation

ROOT, CHILD = 1, 2


class Base(DeclarativeBase):
    """The classes mapped here."""


class Node(Base, BaseNestedSets):
    """A node of a tree."""

    __tablename__ = "nodes"

    id = Column(Integer, primary_key=True)  # the mixin looks for a Column


class _Tree(Target):
    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Node())
        session.flush()
        session.add(Node(parent_id=ROOT))


class TwoChildren(_Tree):
    """Two children of one node: they get the same numbers.

    The numbers of a new node are computed from those that its parent has when it is read.
    """

    @operation(parent=st.sampled_from([ROOT, CHILD]))
    def insert_child(self, session: Session, parent: int) -> None:
        session.add(Node(parent_id=parent))
        session.commit()


class TwoRoots(_Tree):
    """Two new trees: both get the number that is one above the highest."""

    @operation
    def insert_root(self, session: Session) -> None:
        session.add(Node())
        session.commit()


class ChildOfDeleted(_Tree):
    """A node is deleted while another is put below it: a gap in the tree, an IntegrityError, or a deadlock."""

    @operation
    def insert_child(self, session: Session) -> None:
        session.add(Node(parent_id=CHILD))
        session.commit()

    @operation
    def delete(self, session: Session) -> None:
        node = session.get(Node, CHILD)
        if node is not None:
            session.delete(node)
        session.commit()
