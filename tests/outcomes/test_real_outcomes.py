"""Outcomes of real runs: ids from sequences, dice and the server, clocks in columns, documents and results."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.serial import serial_history, serial_history_again, serial_orders
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.outcomes import Difference, Volatile, ending_of, same, volatile_in
from fuzz.postgres import Server

SCHEMA = """
CREATE TABLE ports (id serial PRIMARY KEY, name text NOT NULL, code text);
CREATE TABLE bindings (id serial PRIMARY KEY, port integer NOT NULL REFERENCES ports, host text NOT NULL);
CREATE TABLE keys (id uuid PRIMARY KEY, name text NOT NULL, token text);
CREATE TABLE tickets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE holders (ticket uuid NOT NULL REFERENCES tickets, name text NOT NULL);
CREATE TABLE papers (id integer PRIMARY KEY, body text NOT NULL, revised timestamptz NOT NULL, extra jsonb);
CREATE TABLE wide (id integer);
"""
NAMES = st.sampled_from(["x", "y"])


class Offices(Target):
    """Makes things up in every way that there is."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text(SCHEMA))

    def seed(self, session: Session) -> None:
        session.execute(text("INSERT INTO papers VALUES (1, '', now(), '{}')"))
        session.execute(text("INSERT INTO wide SELECT generate_series(1, 3000)"))

    @operation(name=NAMES)
    def add_port(self, session: Session, name: str) -> int:
        session.execute(text("SELECT count(*) FROM ports"))
        added: int = session.execute(
            text("INSERT INTO ports (name) VALUES (:name) RETURNING id"), {"name": name}
        ).scalar_one()
        session.execute(text("UPDATE ports SET code = 'port-' || id WHERE id = :id"), {"id": added})
        session.commit()
        return added

    @operation(host=NAMES)
    def bind_first(self, session: Session, host: str) -> None:
        first = session.scalar(text("SELECT min(id) FROM ports"))
        session.execute(text("INSERT INTO bindings (port, host) VALUES (:port, :host)"), {"port": first, "host": host})
        session.commit()

    @operation(name=NAMES)
    def add_key(self, session: Session, name: str) -> dict[Any, Any]:
        key, token = uuid4(), secrets.token_urlsafe(12)
        session.execute(text("INSERT INTO keys VALUES (:id, :name, :token)"), {"id": key, "name": name, "token": token})
        session.commit()
        return {"key": key, "url": f"/keys/{key.hex}?token={token}", key: name}

    @operation(name=NAMES)
    def add_ticket(self, session: Session, name: str) -> str:
        ticket = session.scalar(text("INSERT INTO tickets (name) VALUES (:name) RETURNING id"), {"name": name})
        session.execute(text("INSERT INTO holders VALUES (:ticket, :name)"), {"ticket": ticket, "name": name})
        session.commit()
        return f"ticket {ticket}"

    @operation(word=NAMES)
    def write(self, session: Session, word: str) -> str:
        body = session.scalar(text("SELECT body FROM papers"))
        extra = {"at": datetime.now(UTC).isoformat(), "words": [{"word": word, "at": datetime.now(UTC).timestamp()}]}
        session.execute(
            text("UPDATE papers SET body = :body, revised = clock_timestamp(), extra = :extra"),
            {"body": f"{body}{word}", "extra": json.dumps(extra)},
        )
        session.commit()
        return str(datetime.now(UTC))


@pytest.fixture(scope="module")
def stage(server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(Offices(), scratch)) as laid_out:
        yield laid_out


def case(first: Call, second: Call, schedule: str = "") -> Case:
    return Case("offices.py", "rc", {"A": (first,), "B": (second,)}, tuple(schedule), 7)


def add_port(name: str) -> Call:
    return Call("add_port", {"name": name})


def serially(stage: Stage, run: Case) -> list[History]:
    return [serial_history(stage, run, order) for order in serial_orders(stage, run)]


def volatile(stage: Stage, run: Case) -> Volatile:
    """What is volatile in a case's first serial order."""
    first, *_ = serial_orders(stage, run)
    return volatile_in(serial_history(stage, run, first), serial_history_again(stage, run, first))


def differences(stage: Stage, run: Case, left_out: Volatile) -> list[Difference | None]:
    """How a run differs from each of its serial orders."""
    made = ending_of(stage.run(run))
    return [same(ending_of(order), made, volatile=left_out) for order in serially(stage, run)]


def drawn(history: History) -> list[int]:
    return [write.row["id"] for commit in history.commits for write in commit.writes if write.before is None]


def test_ids_of_a_sequence_may_be_drawn_in_either_order(stage: Stage) -> None:
    run = case(add_port("x"), add_port("y"), "ABBBAAAB")
    left_out = volatile(stage, run)
    assert left_out == Volatile()
    assert drawn(stage.run(run)) != drawn(serially(stage, run)[0])
    assert differences(stage, run, left_out) == [None, None]


def test_a_reference_to_another_row_is_a_difference_whatever_the_ids_are(stage: Stage) -> None:
    one, other = (
        stage.run(replace(case(add_port("x"), add_port("y")), programs=programs))
        for programs in (
            {"A": (add_port("x"), add_port("y"), Call("bind_first", {"host": "x"})), "B": ()},
            {"A": (add_port("y"), add_port("x"), Call("bind_first", {"host": "x"})), "B": ()},
        )
    )
    found = same(
        ending_of(one).without(frozenset({("A", 0), ("A", 1)})),
        ending_of(other).without(frozenset({("A", 0), ("A", 1)})),
    )
    assert found is not None


def test_ids_from_the_dice_stand_for_each_other(stage: Stage) -> None:
    run = case(Call("add_key", {"name": "x"}), Call("add_key", {"name": "y"}), "ABAB")
    assert volatile(stage, run) == Volatile()
    one, other = (ending_of(stage.run(replace(run, seed=seed))) for seed in (1, 2))
    assert one.calls["A", 0].result != other.calls["A", 0].result
    assert same(one, other) is None


def test_uuids_of_the_server_stand_for_each_other(stage: Stage) -> None:
    run = case(Call("add_ticket", {"name": "x"}), Call("add_ticket", {"name": "y"}), "ABBBAA")
    left_out = volatile(stage, run)
    assert left_out == Volatile(uuids=frozenset({("tickets", "id"), ("holders", "ticket")}))
    assert differences(stage, run, left_out) == [None, None]


def write(word: str) -> Call:
    return Call("write", {"word": word})


def test_clocks_are_left_out_and_what_is_beside_them_is_compared(stage: Stage) -> None:
    run = case(write("x"), write("y"), "AAABBB")
    left_out = volatile(stage, run)
    assert left_out == Volatile(
        columns=frozenset({("papers", "revised")}),
        documents=frozenset({("papers", "extra", ("at",)), ("papers", "extra", ("words", "*", "at"))}),
        results=frozenset({("write", ())}),
    )
    first, second = differences(stage, run, left_out)
    assert first is None
    assert second is not None
    (row,) = second.rows
    assert (row.table, row.key, row.columns) == ("papers", (1,), ("body", "extra"))
    assert row.one is not None
    assert row.other is not None
    assert (row.one["body"], row.other["body"]) == ("yx", "xy")


def test_a_change_that_got_lost_is_no_serial_order_though_a_timestamp_is_the_revision(
    stage: Stage,
) -> None:
    run = case(write("x"), write("y"), "ABAABB")
    left_out = volatile(stage, run)
    found = differences(stage, run, left_out)
    assert [d and [row.other and row.other["body"] for row in d.rows] for d in found] == [["y"], ["y"]]


def test_a_large_table_that_nobody_wrote_is_no_part_of_an_outcome(stage: Stage) -> None:
    history = stage.run(case(add_port("x"), write("y")))
    assert len(history.seed["wide"]) == 3000
    assert set(ending_of(history).rows) == {"ports", "papers"}


def test_a_history_knows_where_its_ids_come_from(stage: Stage) -> None:
    history = stage.run(case(add_port("x"), Call("add_key", {"name": "y"})))
    assert len(history.minted.ranges) == 2
    assert [len(draw) for draw in history.minted.draws] == [16, 12]
    (added,) = (outcome.result for outcome in history.outcomes if outcome.session == "A")
    assert any(low <= added < high for low, high in history.minted.ranges)
