from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.case import FORMAT, ISOLATION, Call, Case, read_case
from fuzz.errors import CaseError

NAMES = st.sampled_from("ABC")
CALLS = st.builds(
    Call, st.text(min_size=1), st.dictionaries(st.text(), st.integers() | st.text() | st.binary(), max_size=3)
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    programs = draw(st.dictionaries(NAMES, st.lists(CALLS, max_size=3).map(tuple), min_size=1))
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


def changed(**changes: Any) -> str:
    return json.dumps({**json.loads(CASE.dumps()), **changes})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "no case: it has no format number"),
        (changed(format=FORMAT + 1), f"has format {FORMAT + 1}; this rowrace reads up to {FORMAT}"),
        (changed(format="1"), "no format number"),
        (changed(isolation="dirty"), "isolation is 'dirty', not one of rc, rr, ser"),
        (changed(schedule=[["Z", 1]]), "names sessions without a program: Z"),
        (changed(schedule=[["A"]]), "no valid case"),
        (changed(programs={"A": [{"operation": "read"}]}), "no valid case: KeyError"),
        (changed(programs=[]), "no valid case"),
        (changed(seed=None), "no valid case"),
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
