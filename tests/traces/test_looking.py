from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fuzz.history import Column, Step, Table
from fuzz.statements import parse
from fuzz.traces.looking import looked_at
from fuzz.traces.reach import Reach
from tests.histories_by_hand import TABLES

OF_A_GROUP = "SELECT rules.port FROM rules WHERE rules.group_id = %(group)s"


def looks(parameters: Any, tables: Mapping[str, Table] = TABLES) -> Reach:
    columns = (Column("port", "rules", "port"),)
    step = Step(1, "A", 0, OF_A_GROUP, parameters, "", "SELECT 0", columns, (), (), 1, None)
    return looked_at(step, parse(OF_A_GROUP, True), tables)


def test_what_a_statement_looks_at_is_up_to_what_it_is_sent_with() -> None:
    one, other = looks({"group": 1}), looks({"group": 2})
    assert one != other
    assert looks({"group": 1}) == one


@pytest.mark.parametrize("alike", [True, 1.0, "1"])
def test_what_python_takes_for_equal_is_sent_as_something_else(alike: Any) -> None:
    looks({"group": alike})
    assert looks({"group": 1}) == {"rules": ({"group_id": frozenset({("number", 1)})},)}


def test_other_tables_are_another_schema() -> None:
    known = looks({"group": 1})
    incomparable = {"rules": replace(TABLES["rules"], incomparable=frozenset({"group_id"}))}
    assert looks({"group": 1}, incomparable) == {"rules": ({},)} != known
