from __future__ import annotations

import json
from datetime import UTC, date, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from math import isnan, nan
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.errors import CaseError
from fuzz.plain import Opaque, Unordered, freeze, from_json, settled_text, to_json


class Colour(Enum):
    RED = 1
    GREEN = "g"


ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=5, minutes=45))])
HASHABLE = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.uuids()
    | st.dates()
    | st.times(timezones=st.just(None))
    | st.datetimes(timezones=ZONES)
    | st.timedeltas()
    | st.sampled_from(Colour)
)
ARGUMENTS: st.SearchStrategy[Any] = st.recursive(
    HASHABLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.just("$"), inner, max_size=3)
        | st.dictionaries(HASHABLE, inner, max_size=3)
        | st.sets(HASHABLE, max_size=3)
        | st.frozensets(HASHABLE, max_size=3)
    ),
    max_leaves=8,
)


@given(ARGUMENTS)
def test_an_argument_comes_back_from_json_as_it_was(value: Any) -> None:
    back = from_json(json.loads(json.dumps(to_json(value))))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_infinity_comes_back(value: float) -> None:
    assert from_json(json.loads(json.dumps(to_json(value), allow_nan=False))) == value


def test_a_float_that_is_no_number_comes_back() -> None:
    assert isnan(from_json(json.loads(json.dumps(to_json(nan), allow_nan=False))))


def test_what_a_case_cannot_hold_is_named() -> None:
    with pytest.raises(CaseError, match=r"cannot hold <object object .*> \(type object\)"):
        to_json([object()])


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("polygon", [[0, 0]]),  # of a later version, perhaps
        ("tuple", "ab"),
        ("set", {"a": 1}),
        ("dict", ["ab"]),
        ("decimal", "one"),
        ("timedelta", [10**20, 0, 0]),
        ("enum", ["tests.test_plain", "ARGUMENTS", "RED"]),
        ("enum", ["tests.test_plain", "Colour", "BLUE"]),
        ("enum", ["tests.targets.no_module", "Colour", "RED"]),
        ("enum", ["os", "environ", "PATH"]),
    ],
)
def test_what_no_argument_was_written_as_is_an_error(tag: str, value: Any) -> None:
    with pytest.raises(CaseError, match="cannot be read back"):
        from_json({"$": tag, "value": value})


def test_an_enum_whose_module_ends_the_process_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_script.py").write_text("raise SystemExit(0)")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(CaseError, match="a_script cannot be imported"):
        from_json({"$": "enum", "value": ["a_script", "Colour", "RED"]})


@pytest.mark.parametrize(
    ("value", "frozen"),
    [
        (Colour.RED, "Colour.RED"),
        ([1, (2, [3])], (1, (2, (3,)))),
        ({"b", "a"}, ("a", "b")),
        (object(), "<object>"),
        (UUID(int=1), UUID(int=1)),
        (Decimal("1.10"), Decimal("1.10")),
        ([date(2030, 1, 1), time(1), timedelta(1)], (date(2030, 1, 1), time(1), timedelta(1))),
    ],
)
def test_results_are_frozen_to_plain_data(value: Any, frozen: Any) -> None:
    assert freeze(value) == frozen


def test_a_set_is_frozen_as_one() -> None:
    assert isinstance(freeze({2, 1}), Unordered)
    assert not isinstance(freeze([2, 1]), Unordered)
    assert repr(freeze(frozenset({2, 1}))) == "(1, 2)"


def test_the_name_of_a_type_is_told_from_a_text() -> None:
    assert isinstance(freeze(object()), Opaque)
    assert not isinstance(freeze("<object>"), Opaque)


def test_numbers_that_the_server_draws_are_masked() -> None:
    message = "Process 123 waits for ShareLock on transaction 456; blocked by process 789."
    assert settled_text(message) == "Process # waits for ShareLock on transaction #; blocked by process #."
