"""Programs with what sessions lock besides rows, with several transactions in a call, and with sessions that last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fuzz import operation
from fuzz.case import Call
from tests.accesses import programs
from tests.accesses.programs import ACTS, Act, add, count, get, put, sent

DOMAINS = {**programs.DOMAINS, "mode": st.sampled_from(["ROW EXCLUSIVE", "SHARE", "EXCLUSIVE", "ACCESS EXCLUSIVE"])}


def advisory(s: Session, i: int) -> Any:
    return sent(s, "SELECT 1 FROM pg_advisory_xact_lock(:i)", i=i)


def try_advisory(s: Session, i: int) -> Any:
    return sent(s, "SELECT pg_try_advisory_xact_lock(:i)", i=i)


def nowait(s: Session, i: int) -> Any:
    return sent(s, "SELECT value FROM parents WHERE id = :i FOR UPDATE NOWAIT", i=i)


def share_nowait(s: Session, v: int) -> Any:
    return sent(s, "SELECT id FROM parents WHERE value >= :v FOR SHARE NOWAIT", v=v)


def unlocked(s: Session, v: int) -> Any:
    return sent(s, "SELECT id, value FROM parents WHERE value >= :v ORDER BY id FOR UPDATE SKIP LOCKED", v=v)


def first_unlocked(s: Session, v: int) -> Any:
    return sent(s, "SELECT id FROM parents WHERE value >= :v ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED", v=v)


def lock_table(s: Session, mode: str) -> Any:
    s.execute(text(f"LOCK TABLE parents IN {mode} MODE"))


def lock_table_nowait(s: Session, mode: str) -> Any:
    s.execute(text(f"LOCK TABLE parents IN {mode} MODE NOWAIT"))


def take_first(s: Session, v: int) -> Any:
    taken = first_unlocked(s, v)
    return [taken, taken and put(s, taken[0][0], 9)]


def twice(s: Session, i: int, v: int) -> Any:
    done = put(s, i, v)
    s.commit()
    return [done, count(s, 1)]


def looked_before(s: Session, i: int, v: int) -> Any:
    found = get(s, i)
    s.rollback()
    return [found, put(s, i, v)]


def put_instead(s: Session, i: int, v: int) -> Any:
    nested = s.begin_nested()
    try:
        return add(s, i, v, None)
    except IntegrityError:
        nested.rollback()
        return put(s, i, v)


def unseen_ticket(s: Session, v: int) -> Any:
    return sent(s, "INSERT INTO tickets (value) VALUES (:v)", v=v)


def christen(s: Session, i: int, w: str | None) -> Any:
    return sent(s, "INSERT INTO names (id, name) VALUES (:i, :w)", i=i, w=w)


_ARGUMENTS: Mapping[Callable[..., Any], tuple[str, ...]] = {
    advisory: ("id",),
    try_advisory: ("id",),
    nowait: ("id",),
    share_nowait: ("value",),
    unlocked: ("value",),
    first_unlocked: ("value",),
    lock_table: ("mode",),
    lock_table_nowait: ("mode",),
    take_first: ("value",),
    twice: ("id", "value"),
    looked_before: ("id", "value"),
    put_instead: ("new", "value"),
    unseen_ticket: ("value",),
    christen: ("new", "word"),
}

NEW: Mapping[str, Any] = {function.__name__: (function, arguments) for function, arguments in _ARGUMENTS.items()}

ALL: Mapping[str, Any] = {**ACTS, **NEW}

LONGER = frozenset({"undone", "try_child", "twice", "looked_before", "put_instead"})
"""Acts of three statements and more."""

LONG = LONGER | {"increment", "later_child", "orm_put", "orm_add", "orm_drop", "orm_selectin", "take_first"}
"""Acts of two statements and more."""

SHORT = ALL.keys() - LONG


class Programs(programs.Programs):
    """Does what it is told, in a session for each call."""

    @operation(acts=st.just(()), ends=st.just("commit"))
    def do(self, session: Session, acts: Sequence[Act], ends: str) -> list[Any]:
        done = [ALL[name][0](session, *arguments) for name, *arguments in acts]
        getattr(session, ends)()
        return done


class Lasting(Programs):
    """In a session that lasts through a program: what it holds goes stale from one call to the next."""

    session_scope = "program"


@st.composite
def acts(draw: st.DrawFn, names: Sequence[str]) -> Act:
    name = draw(st.sampled_from(names))
    return (name, *(draw(DOMAINS[kind]) for kind in ALL[name][1]))


def calls(
    most: int, names: Collection[str] = ALL, ends: Sequence[str] = ("commit",) * 3 + ("rollback",)
) -> st.SearchStrategy[Call]:
    """A call of so many statements at the most, and an end."""
    short = st.lists(acts(sorted(SHORT.intersection(names))), min_size=1, max_size=most)
    long = sorted(LONG.intersection(names))
    one = st.lists(acts(long), min_size=1, max_size=1)
    return st.builds(
        lambda done, how: Call("do", {"acts": tuple(done), "ends": how}),
        short | one if most > 1 and long else short,
        st.sampled_from(ends),
    )
