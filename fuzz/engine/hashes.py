"""Objects of mapped classes that are made in a run are hashed by a number, in the order in which they are made.

By default it is an address in memory, and so is the order of a set: of a session's dirty objects, of what is flushed,
of what the target's own code puts into one. A case would not replay in another process, nor in the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Mapper, mapperlib
from sqlalchemy.orm.state import InstanceState

_KEY = "_rowrace_number"

_made: Any = InstanceState.__init__


class _Numbers:
    """Those that are given out next; None outside of runs: what has been hashed by its address keeps that."""

    left: Iterator[int] | None = None


def hash_by_number() -> None:
    """Have objects of mapped classes, and what stands for them in sessions, hashed by their numbers, if they have one.

    Classes that say themselves how they are hashed are left alone.
    """
    patched: Any = InstanceState
    if patched.__init__ is not _make:
        patched.__init__, patched.__hash__ = _make, _hash_of_state
        event.listen(Mapper, "instrument_class", _mapped)
        for registry in mapperlib._all_registries():  # noqa: SLF001 - there is no public way to what is mapped already
            for mapper in registry.mappers:
                _mapped(mapper, mapper.class_)


@contextmanager
def numbered_anew() -> Iterator[None]:
    """Within it, what is made has numbers from 0: the order of a set depends on what they are, not on which is less."""
    outer, _Numbers.left = _Numbers.left, count()
    try:
        yield
    finally:
        _Numbers.left = outer


def _make(state: Any, *given: Any) -> None:
    """In place of `InstanceState.__init__`."""
    _made(state, *given)
    if _Numbers.left is not None:
        state.__dict__[_KEY] = next(_Numbers.left)


def _hash_of_state(state: Any) -> int:
    number: int | None = state.__dict__.get(_KEY)
    return object.__hash__(state) if number is None else number


def _hash_of_instance(instance: Any) -> int:
    state = instance.__dict__.get("_sa_instance_state")  # `inspect` costs ten times as much
    number: int | None = None if state is None else state.__dict__.get(_KEY)
    return object.__hash__(instance) if number is None else number


def _mapped(_mapper: Any, mapped: Any) -> None:
    if mapped.__hash__ is object.__hash__:
        mapped.__hash__ = _hash_of_instance
