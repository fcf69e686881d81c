from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fuzz.history import Column, Step
from fuzz.statements import parse
from fuzz.traces.looking import looked_at
from fuzz.traces.reach import Reach
from tests.histories_by_hand import TABLES

OF_A_GROUP = "SELECT rules.port FROM rules WHERE rules.group_id = %(group)s"


def looks(sql: str, parameters: Any, rows: tuple[tuple[str | None, ...], ...] = ()) -> Reach:
    columns = tuple(Column(name, table, name) for table, name in (("rules", "id"), ("rules", "group_id")))
    step = Step(1, "A", 0, sql, parameters, "", "", columns, rows, (), 1, None)
    return looked_at(step, parse(sql, True), TABLES)


def test_what_a_statement_looks_at_is_up_to_what_it_is_sent_with() -> None:
    one, other = looks(OF_A_GROUP, {"group": 1}), looks(OF_A_GROUP, {"group": 2})
    assert one != other
    assert looks(OF_A_GROUP, {"group": 1}) == one


@pytest.mark.parametrize("alike", [True, 1.0, "1"])
def test_what_python_takes_for_equal_is_sent_as_something_else(alike: Any) -> None:
    looks(OF_A_GROUP, {"group": alike})
    assert looks(OF_A_GROUP, {"group": 1}) == {"rules": ({"group_id": frozenset({("number", 1)})},)}


def test_other_tables_are_another_schema() -> None:
    known = looks(OF_A_GROUP, {"group": 1})
    step = Step(1, "A", 0, OF_A_GROUP, {"group": 1}, "", "", (), (), (), 1, None)
    incomparable = {"rules": replace(TABLES["rules"], incomparable=frozenset({"group_id"}))}
    assert looked_at(step, parse(OF_A_GROUP, True), incomparable) == {"rules": ({},)} != known
