from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.case import FORMAT, ISOLATION, MOST_TURNS, Call, Case, read_case
from fuzz.errors import CaseError

NAMES = st.sampled_from("ABC")
CALLS = st.builds(
    Call, st.text(min_size=1), st.dictionaries(st.text(), st.integers() | st.text() | st.binary(), max_size=3)
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    programs = draw(
        st.dictionaries(NAMES, st.lists(CALLS, max_size=3).map(tuple)).filter(lambda each: any(each.values()))
    )
    schedule = tuple(draw(st.lists(st.sampled_from(sorted(programs)), max_size=20)))
    level, checks = draw(st.sampled_from(sorted(ISOLATION))), tuple(draw(st.lists(st.text(), max_size=2)))
    return Case(draw(st.text()), level, programs, schedule, draw(st.integers()), checks)


CASE = Case("bank.py:Bank", "rr", {"A": (Call("read", {"account": 1}),), "B": ()}, ("A", "A", "B"), 7)


@given(cases())
def test_a_case_comes_back_from_its_file_as_it_was(case: Case) -> None:
    assert Case.loads(case.dumps()) == case


@given(st.integers(0, len(CASE.dumps()) - 1))
def test_a_case_file_that_is_cut_is_an_error(length: int) -> None:
    with pytest.raises(CaseError, match="no whole JSON document"):
        Case.loads(CASE.dumps()[:length])


TAGS = st.sampled_from(["bytes", "date", "decimal", "dict", "enum", "float", "set", "timedelta", "tuple", "uuid"])
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["A", "rc", 10**13]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.fixed_dictionaries({"$": TAGS | inner, "value": inner})
    ),
    max_leaves=8,
)


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """A case file's content, with anything in place of some part of it."""
    content = part = json.loads(draw(cases()).dumps())
    while True:
        key = draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        if not part[key] or not isinstance(part[key], (dict, list)) or draw(st.booleans()):
            part[key] = draw(ANYTHING)
            return content
        part = part[key]


@given(documents() | ANYTHING)
def test_whatever_a_file_holds_it_is_a_case_that_can_be_written_or_an_error(content: Any) -> None:
    try:
        case = Case.loads(json.dumps(content))
    except CaseError:
        return
    assert Case.loads(case.dumps()).dumps() == case.dumps()


def changed(**changes: Any) -> str:
    return json.dumps({**json.loads(CASE.dumps()), **changes})


def without(name: str) -> str:
    return json.dumps({key: value for key, value in json.loads(CASE.dumps()).items() if key != name})


def calling(**call: Any) -> str:
    return changed(programs={"A": [{"operation": "read", "arguments": {}, **call}], "B": []})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "no case: it has no format number"),
        (changed(format=FORMAT + 1), f"has format {FORMAT + 1}; this rowrace reads up to {FORMAT}"),
        (changed(format="1"), "no format number"),
        (changed(format=True), "no format number"),
        (changed(isolation="dirty"), "isolation is 'dirty', not one of rc, rr, ser"),
        (changed(isolation=["rc"]), r"isolation is \['rc'\], not a text"),
        (changed(target=7), "target is 7, not a text"),
        (without("target"), "no valid case: it has no target"),
        (changed(programs=[]), r"programs is \[\], not an object"),
        (changed(programs={}, schedule=[]), "no valid case: its programs call nothing"),
        (changed(programs={"A": [], "B": []}), "no valid case: its programs call nothing"),
        (changed(programs={"": [], "A": []}), "a session is called '', which is no word"),
        (changed(programs={"\ud800": []}), r"a session is called '\\ud800', which is no word"),
        (changed(programs={"A": {"0": 1}}), "the program of A is {'0': 1}, not a list"),
        (changed(programs={"A": ["read"]}), "a call is 'read', not an object"),
        (calling(operation=None), "operation is None, not a text"),
        (calling(arguments=[["account", 1]]), r"arguments is \[\['account', 1\]\], not an object"),
        (calling(arguments={"$": "tuple", "value": []}), "the arguments of read have no names"),
        (calling(arguments={"$": "dict", "value": [[1, 2]]}), "the arguments of read have no names"),
        (changed(programs={"A": [{"operation": "read"}]}), "a call has no arguments"),
        (changed(schedule={"A": 1}), "schedule is {'A': 1}, not a list"),
        (changed(schedule=[["Z", 1]]), "names sessions without a program: Z"),
        (changed(schedule=["A"]), "a part of the schedule is 'A', not a list"),
        (changed(schedule=[["A"]]), r"a part of the schedule is \['A'\], not a session and how many steps"),
        (changed(schedule=[["A", 0]]), r"a part of the schedule is \['A', 0\], not a session and how many steps"),
        (changed(schedule=[["A", -3]]), r"a part of the schedule is \['A', -3\], not a session and how many steps"),
        (changed(schedule=[["A", True]]), "a number of steps is True, not a whole number"),
        (changed(schedule=[["A", 1.0]]), r"a number of steps is 1\.0, not a whole number"),
        (changed(schedule=[["A", float("nan")]]), "a number of steps is nan, not a whole number"),
        (changed(schedule=[["A", 10**13]]), "the schedule has 10,000,000,000,000 turns, more than 1,000,000"),
        (changed(schedule=[["A", MOST_TURNS], ["B", 1]]), "the schedule has 1,000,001 turns, more than 1,000,000"),
        (changed(seed=None), "seed is None, not a whole number"),
        (changed(seed=False), "seed is False, not a whole number"),
        (changed(seed=float("inf")), "seed is inf, not a whole number"),
        (changed(checks="errors"), "checks is 'errors', not a list"),
        (changed(checks=["errors", 1]), "a check is 1, not a text"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_a_case_file_that_is_no_case_is_an_error(text: str, message: str) -> None:
    with pytest.raises(CaseError, match=message):
        Case.loads(text)


def test_a_case_is_read_from_a_file_and_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(CASE.dumps())
    assert read_case(tmp_path) == read_case(tmp_path / "case.json") == CASE


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"nowhere\.json cannot be read"):
        read_case(tmp_path / "nowhere.json")


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CaseError, match="cannot be read"):
        read_case(tmp_path)
