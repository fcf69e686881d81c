"""What the pages say helps does, put into their own code; and so does what they say of its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from fuzz.postgres import Server
from fuzz.trial import Verdict
from tests.explain.pages import parts_of
from tests.explain.runs import RUNS, play

LOCK = "with_for_update=True"
GET_ACCOUNT = "session.get_one(Account, account)"
LOCK_ACCOUNT = f"session.get_one(Account, account, {LOCK})"
GET_NETWORK = "session.get_one(Network, network)"
LOCK_NETWORK = f"session.get_one(Network, network, {LOCK})"
REPEATABLE_READ = 'session.connection(execution_options={"isolation_level": "REPEATABLE READ"})'
ON_CONFLICT = "session.execute(postgresql.insert(Tag).values(name=name).on_conflict_do_nothing())"
SHARE_REGISTER = 'session.get_one(Register, 1, with_for_update={"read": True})'
LOCK_BOTH = "select(Account).where(Account.id.in_([source, to])).order_by(Account.id).with_for_update()"
BUMP = "session.execute(update(Network).where(Network.id == network).values(counted))"
ALL_BALANCES = "select(Account.balance).where(Account.id.in_([1, 2])).order_by(Account.id)"


@dataclass(frozen=True)
class Cure:
    """A change of a page's code.

    Attributes:
        kind: the page's.
        says: what the page says of it, among its cures.
        changes: what is in the code -> what is put in its place.
        level: the isolation level; "" for the run's own.
        settings: attributes of the target, besides the run's own.
        schedule: "" for the run's own.
    """

    kind: str
    says: str
    changes: Mapping[str, str] = field(default_factory=dict)
    level: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    schedule: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.says}"


def tried(server: Server, cure: Cure) -> Verdict:
    """Run a page's code with the change."""
    parts, run = parts_of(cure.kind), RUNS[cure.kind]
    assert cure.says in " ".join(parts.sections["Cures"].split())
    code = parts.code
    for old, new in cure.changes.items():
        assert old in code
        code = code.replace(old, new)
    changed = replace(
        run,
        level=cure.level or run.level,
        settings={**run.settings, **cure.settings},
        schedule=cure.schedule or run.schedule,
    )
    return play(server, code, changed)


def ends(verdict: Verdict) -> list[str]:
    """What is wrong, and what calls ended in, by the server's word or by name."""
    failures = [outcome.failure for outcome in verdict.history.outcomes if outcome.failure is not None]
    words = [[link.sqlstate for link in failure.chain() if link.sqlstate] or [failure.name] for failure in failures]
    return [violation.kind for violation in verdict.violations] + [each[0] for each in words]


CURES = [
    Cure(
        "lost-update",
        "`found.balance = Account.balance - amount`",
        {"found.balance = left ": "found.balance = Account.balance - amount "},
        settings={"checks": ("errors",)},
    ),
    Cure("lost-update", f"`{LOCK_ACCOUNT}`", {GET_ACCOUNT: LOCK_ACCOUNT}),
    Cure(
        "write-skew",
        "`select(Doctor).order_by(Doctor.id).with_for_update()`",
        {"select(Doctor).order_by(Doctor.id)": "select(Doctor).order_by(Doctor.id).with_for_update()"},
    ),
    Cure(
        "read-skew",
        "`select(func.sum(Account.balance))`",
        {
            "first = session.get_one(Account, 1).balance": "return session.scalar(select(func.sum(Account.balance)))",
            "return first + ": "",
        },
    ),
    Cure("read-skew", f"`{REPEATABLE_READ}`", {"first = ": f"{REPEATABLE_READ}; first = "}),
    Cure(
        "non-repeatable-read",
        "`select(Account.balance).where(...).with_for_update()`",
        {"Account.id == account)": "Account.id == account).with_for_update()"},
    ),
    Cure("non-repeatable-read", f"`{REPEATABLE_READ}`", {"balance = select": f"{REPEATABLE_READ}; balance = select"}),
    Cure(
        "phantom",
        "`select(func.avg(Account.balance))`",
        {"count = ": "return float(session.scalar(select(func.avg(Account.balance)))); count = "},
    ),
    Cure("phantom", f"`{REPEATABLE_READ}`", {"count = ": f"{REPEATABLE_READ}; count = "}),
    Cure(
        "g-single",
        f"`{ALL_BALANCES}`",
        {"[session.get_one(Account, number).balance for number in (1, 2)]": f"session.scalars({ALL_BALANCES}).all()"},
    ),
    Cure("g-single", f"`{REPEATABLE_READ}`", {"    return [": f"    {REPEATABLE_READ}; return ["}),
    Cure(
        "g-nonadjacent",
        f"`{ALL_BALANCES}`",
        {"seen = session.get_one(Account, first).balance": f"return session.scalars({ALL_BALANCES}).all()"},
    ),
    Cure("g-nonadjacent", f"`{REPEATABLE_READ}`", {"seen = ": f"{REPEATABLE_READ}; seen = "}),
    Cure(
        "g2-item",
        "`select(Account).order_by(Account.id).with_for_update()`",
        {
            "savings = session.scalars(select(Account).order_by(Account.id))": (
                "savings = session.scalars(select(Account).order_by(Account.id).with_for_update())"
            )
        },
    ),
    Cure(
        "g2",
        f"`{SHARE_REGISTER}`",
        {"batch = session.get_one(Register, 1)": f"batch = {SHARE_REGISTER}"},
    ),
    Cure("no-serial-order", "one commit, at its end", {"session.commit()  ": "session.flush()  "}),
    Cure("dirty-write", "One commit, at the end", {"            session.commit() ": "    session.commit() "}),
    Cure("intermediate-read", "One commit, at the end", {"session.commit()\n    found": "session.flush()\n    found"}),
    Cure(
        "spurious-failure",
        f"`session.get_one(Article, article, {LOCK})`",
        {"session.get_one(Article, article)": f"session.get_one(Article, article, {LOCK})"},
    ),
    Cure("stale-session-read", "`expire_on_commit=True`", settings={"expire_on_commit": True}),
    Cure(
        "stale-session-read",
        f"`session.get_one(Account, account, {LOCK}, populate_existing=True)`",
        {
            f"{GET_ACCOUNT}.balance -= ": (
                f"session.get_one(Account, account, {LOCK}, populate_existing=True).balance -= "
            )
        },
    ),
    Cure(
        "idle-in-transaction",
        "`session.rollback()` after reads",
        {"return session.scalar": "found = session.scalar", " or 0 ": " or 0; session.rollback(); return found "},
    ),
    Cure(
        "session-left-open",
        "`with engine.begin() as connection:`",
        {
            "connection = engine.connect()": "with engine.begin() as connection:",
            "    connection.": "        connection.",
        }
        | {"connection.commit()": "pass", "HELD.append(connection)": "pass"},
    ),
    Cure(
        "unhandled-error",
        "`postgresql.insert(Account).values(...).on_conflict_do_nothing()`",
        {
            "session.add(Account(id=number, owner=owner, balance=0))": (
                "new = {'id': number, 'owner': owner, 'balance': 0}; "
                "session.execute(postgresql.insert(Account).values(new).on_conflict_do_nothing())"
            )
        },
        settings={"ddl": ("ALTER TABLE accounts ADD UNIQUE (owner)",)},
    ),
    Cure(
        "object-deleted",
        "`shown = found.title`, then `session.commit()`",
        {"session.commit()  ": "shown = found.title; session.commit()  ", "found.title.upper": "shown.upper"},
        settings={"checks": ("errors",)},
    ),
    Cure(
        "object-deleted",
        "`sessionmaker(engine, expire_on_commit=False)`",
        settings={"expire_on_commit": False},
    ),
    Cure(
        "object-deleted",
        "`session.get(Article, article)` gives None",
        {"return found.title.upper()": "return str(session.get(Article, article))"},
        settings={"checks": ("errors",)},
    ),
    Cure("stale-data", f"`{LOCK_ACCOUNT}`", {GET_ACCOUNT: LOCK_ACCOUNT}),
    Cure(
        "stale-data",
        "`session.execute(update(Account).where(Account.id == account).values(owner=owner))`",
        {
            f"{GET_ACCOUNT}.owner = owner": (
                "session.execute(update(Account).where(Account.id == account).values(owner=owner))"
            )
        },
    ),
    Cure(
        "integrity-error",
        "`postgresql.insert(Tag).values(name=name).on_conflict_do_nothing()`",
        {"session.add(Tag(name=name))": ON_CONFLICT},
        settings={"checks": ("errors",)},
    ),
    Cure(
        "integrity-error",
        "`with session.begin_nested(): session.add(Tag(name=name))`",
        {
            "        session.add(Tag(name=name))": (
                "        try:\n            with session.begin_nested(): session.add(Tag(name=name))\n"
                "        except IntegrityError: is_new = False"
            )
        },
    ),
    Cure(
        "pending-rollback",
        "`with session.begin_nested():`",
        {"session.add(Tag(name=name))": "pass"}
        | {"session.flush()": "\n            with session.begin_nested(): session.add(Tag(name=name))"},
    ),
    Cure(
        "pending-rollback",
        f"`{ON_CONFLICT}`",
        {"session.add(Tag(name=name))": ON_CONFLICT},
        settings={"checks": ("errors",)},
    ),
    Cure(
        "detached-instance",
        "`title = found.title` inside it, `return title` outside",
        {"found = session.get_one(Article, article)": "title = session.get_one(Article, article).title"}
        | {"return found.title": "return title"},
    ),
    Cure(
        "deadlock",
        "`for account, change in sorted([(source, -amount), (to, amount)])`",
        {"in [(source, -amount), (to, amount)]": "in sorted([(source, -amount), (to, amount)])"},
    ),
    Cure(
        "deadlock",
        f"`{LOCK_BOTH}`",
        {"    for ": f"    session.scalars({LOCK_BOTH}).all()\n    for "},
    ),
    Cure(
        "serialization-failure",
        "`with sessions.begin() as session:`",
        {
            "def withdraw(session: Session, ": "def attempt(session: Session, ",
            "    session.commit() ": "    session.flush() ",
            "return is_covered\n": (
                "return is_covered\n"
                "def withdraw(sessions: sessionmaker[Session], account: int, amount: int) -> bool:\n"
                "    for _ in range(3):\n"
                "        try:\n"
                "            with sessions.begin() as session:\n"
                "                return attempt(session, account, amount)\n"
                "        except OperationalError as error:\n"
                "            if error.orig.sqlstate not in {'40001', '40P01'}: raise\n"
            ),
        },
    ),
    Cure(
        "vanished-row",
        "`found = session.get(Account, account)`, then `if found is None`",
        {
            "if not session.scalar(select(exists().where(Account.id == account))):": (
                "found = session.get(Account, account)\n    if found is None:"
            )
        }
        | {"session.get(Account, account).owner": "found.owner"},
    ),
    Cure(
        "vanished-row",
        "`select(Account.id).where(Account.id == account).with_for_update()`",
        {
            "select(exists().where(Account.id == account))": (
                "select(Account.id).where(Account.id == account).with_for_update()"
            )
        },
    ),
    Cure(
        "hidden-error",
        "`on_conflict_do_nothing()`",
        {"session.add(Tag(name=name))": ON_CONFLICT},
    ),
    Cure(
        "session-broken",
        "`owner = user.owner` before the listener",
        {"(Account, account)\n": "(Account, account)\n    owner = user.owner\n", 'reads", user.owner': 'reads", owner'},
    ),
    Cure("hung", '`with_for_update={"key_share": True}`', {LOCK: 'with_for_update={"key_share": True}'}),
    Cure(
        "hung",
        "`session.execute(insert(Note)...)`",
        {"with engine.begin() as log:  ": "if log := session:  "},
    ),
    Cure("revision-decreased", f"`{LOCK_NETWORK}`", {GET_NETWORK: LOCK_NETWORK}),
    Cure(
        "revision-decreased",
        "`found.revision = Network.revision + 1`",
        {"found.revision = seen + 1": "found.revision = Network.revision + 1"},
    ),
    Cure(
        "stuck-revision",
        "`found.revision = Network.revision + 1`",
        {"found.revision = seen + 1": "found.revision = Network.revision + 1"},
    ),
    Cure("needless-bump", f"`{LOCK_NETWORK}`", {GET_NETWORK: LOCK_NETWORK}),
    Cure(
        "wrong-revision-returned",
        "`session.flush()`, then `found.revision`",
        {"session.commit()": "session.flush(); expected = found.revision; session.commit()"},
    ),
    Cure(
        "skipped-revision",
        "the UPDATE belongs before the loop",
        {
            "    for _ in": f"    {BUMP}\n    for _ in",
            f"        {BUMP}\n        if": "        if",
        },
    ),
    Cure("broken-invariant", f"`{LOCK_ACCOUNT}`", {GET_ACCOUNT: LOCK_ACCOUNT}),
    Cure(
        "broken-invariant",
        "`update(Account).where(Account.id == account, Account.balance >= amount)`",
        {
            "found.balance = Account.balance - amount ": (
                "session.execute(update(Account).where(Account.id == account, Account.balance >= amount)"
                ".values(balance=Account.balance - amount)) "
            )
        },
        settings={"checks": ("invariants",)},
    ),
]


@pytest.mark.parametrize("cure", CURES, ids=str)
def test_a_cure_that_a_page_names_prevents_what_it_tells_of(server: Server, cure: Cure) -> None:
    assert ends(tried(server, cure)) == []


LOADED_BEFORE = f"{GET_ACCOUNT}; found = session.get_one(Account, account, {LOCK}"
QUEUE = "session.execute(select(func.pg_advisory_xact_lock(func.hashtext(room))))"

LIMITS = [
    (
        Cure("lost-update", f"`{REPEATABLE_READ}`", {"found = ": f"{REPEATABLE_READ}; found = "}),
        ["serialization-failure", "40001"],
    ),
    (
        Cure("lost-update", "the attributes keep the old values", {GET_ACCOUNT: f"{LOADED_BEFORE})"}),
        ["lost-update"],
    ),
    (
        Cure("lost-update", "`populate_existing=True`", {GET_ACCOUNT: f"{LOADED_BEFORE}, populate_existing=True)"}),
        [],
    ),
    (
        Cure(
            "write-skew",
            "at REPEATABLE READ it gets 40001 instead",
            {"order_by(Doctor.id)": "order_by(Doctor.id).with_for_update()"},
            level="rr",
        ),
        ["serialization-failure", "40001"],
    ),
    (
        Cure(
            "write-skew",
            "one of them is enough to break the rule",
            {"doctors = ": f"doctor == 2 and {REPEATABLE_READ}; doctors = "},
            level="ser",
        ),
        ["write-skew"],
    ),
    (
        Cure(
            "phantom",
            "`with_for_update()` is no cure",
            {"count = ": "session.scalars(select(Account).with_for_update()).all(); count = "},
            schedule="AABBAA",
        ),
        ["phantom"],
    ),
    (
        Cure("g2", "must commit, too", {"session.commit()\n    return total": "return total"}, level="ser"),
        ["g2"],
    ),
    (
        Cure("integrity-error", "fail with 40001", {"session.add(Tag(name=name))": ON_CONFLICT}, level="rr"),
        ["serialization-failure", "40001"],
    ),
]


@pytest.mark.parametrize(("cure", "expected"), LIMITS, ids=str)
def test_a_cure_has_the_limits_that_a_page_names(server: Server, cure: Cure, expected: list[str]) -> None:
    assert ends(tried(server, cure)) == expected


@pytest.mark.parametrize(("level", "owners"), [("rc", 1), ("rr", 2)])
def test_queueing_up_before_looking_helps_at_read_committed_only(server: Server, level: str, owners: int) -> None:
    assert f"`{QUEUE}`" in " ".join(parts_of("write-skew").sections["Cures"].split())
    code = parts_of("unhandled-error").code.replace("owned = ", f"{QUEUE.replace('room', 'owner')}; owned = ")
    verdict = play(server, code, replace(RUNS["unhandled-error"], level=level))
    inserted = [write for commit in verdict.history.commits for write in commit.writes]
    assert len(inserted) == owners
