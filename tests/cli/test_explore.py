from __future__ import annotations

import re
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from fuzz.case import Call, Case

BANK = "tests/targets/bank.py"

Rowrace = Callable[..., Any]


def test_a_race_of_two_operations_is_found_written_and_shown(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("explore", f"{BANK}:Deadlocking", "transfer", "transfer", "--out", tmp_path)
    assert ran.status == 1
    (folder,) = tmp_path.iterdir()
    assert (folder / "timeline.txt").read_text() in ran.out
    assert ran.out.splitlines()[-2:] == [f"deadlock   transfer x transfer   {folder}", "seed 1: 1 finding"]
    assert re.search(
        r"transfer\(.*\) x transfer\(.*\)   rc   all \d+ classes of \d+ interleavings   deadlock$",
        ran.out,
        re.MULTILINE,
    )


def test_a_deadlock_that_leaves_an_operation_is_a_race_in_the_grid(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("explore", f"{BANK}:Deadlocking", "--out", tmp_path)
    assert re.search(r"^ +2  transfer +\. +X$", ran.out, re.MULTILINE)
    assert re.search(r"^transfer x transfer   all \d+ classes of \d+ interleavings   deadlock$", ran.out, re.MULTILINE)


@pytest.mark.parametrize("target", ["Deadlocking", "Ordered"])
def test_two_processes_come_to_the_same_as_one(rowrace: Rowrace, tmp_path: Path, target: str) -> None:
    one, two = (
        rowrace("explore", f"{BANK}:{target}", "--jobs", jobs, "--out", tmp_path / str(jobs), "--json")
        for jobs in (1, 2)
    )
    assert two.status == one.status
    assert two.json["cells"] == one.json["cells"]
    assert two.json["runs"] == one.json["runs"]
    told, alone = ([(each["id"], each["kind"], each["steps"]) for each in ran.json["findings"]] for ran in (two, one))
    assert told == alone
    assert bool(told) is (target == "Deadlocking")


def test_what_is_said_to_be_safe_is_so_in_all_classes(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("explore", f"{BANK}:Ordered", "read", "transfer", "--isolation", "rc,ser", "--out", tmp_path)
    assert ran.status == 0
    pairs = [line for line in ran.out.splitlines() if " x " in line]
    assert pairs
    assert all(
        re.search(r"   (rc|ser)   (all \d+ classes|the only class) of \d+ interleavings?   safe$", line)
        for line in pairs
    )
    assert f"{len(pairs)} of {len(pairs)} pairs of calls explored to the end" in ran.out
    assert re.search(r"^where all was run, \d+ runs stand for \d+ interleavings: one in \d+$", ran.out, re.MULTILINE)
    assert ran.out.splitlines()[-1] == "seed 1: no findings"
    assert list(tmp_path.iterdir()) == []


def test_without_operations_every_two_are_in_a_grid(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("explore", f"{BANK}:Expiring", "--out", tmp_path)
    assert ran.status == 1
    lines = ran.out.splitlines()
    first = next(place for place, line in enumerate(lines) if line.split() == ["1", "2", "3"])
    grid = [line.split() for line in lines[first + 1 : first + 4]]
    assert grid == [["1", "look", "-"], ["2", "read", "-", "-"], ["3", "remove", "X", "-", "b"]]
    assert re.search(r"^look x remove   all \d+ classes of \d+ interleavings   object-deleted$", ran.out, re.MULTILINE)


def test_json_has_standard_output_to_itself(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("explore", f"{BANK}:Expiring", "remove", "look", "--out", tmp_path, "--json")
    (cell,) = ran.json["cells"]
    assert cell["operations"] == ["remove", "look"]
    assert cell["verdict"] == "object-deleted"
    (finding,) = ran.json["findings"]
    (explored,) = cell["explored"]
    assert explored["violations"] == {"object-deleted": [finding["id"]]}
    assert (explored["left"], explored["classes"] > 2, ran.json["whole"]) == (0, True, True)
    assert explored["interleavings"] == explored["interleavings_asked"] > explored["runs"] >= explored["classes"]
    assert ran.json["saved"] == {"runs": explored["runs"], "interleavings": explored["interleavings"]}
    assert finding["path"] == str(tmp_path / finding["id"])
    assert ran.json["exit"] == ran.status == 1


def test_time_that_is_up_is_no_pass(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("explore", "models:Network", "--time", "1s", "--out", tmp_path)
    assert ran.status == 3
    assert "time was up before all was run" in ran.out
    assert re.search(r"^update_subnet x update_subnet   not begun   not finished$", ran.out, re.MULTILINE)


def test_switches_bound_what_is_run_and_what_is_left_out_is_told(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("explore", f"{BANK}:Deadlocking", "transfer", "transfer", "--isolation", "rc", "--out", tmp_path)
    bounded = rowrace(*words, "--switches", 1, "--json")
    assert bounded.status == 0
    explored = bounded.json["cells"][0]["explored"]
    assert any(each["beyond"] for each in explored)
    assert (bounded.json["bounded"], bounded.json["cells"][0]["verdict"]) == (True, "safe up to 1 switch")
    assert not any(each["violations"] for each in explored)
    told = rowrace(*words, "--switches", 1)
    assert re.search(
        r"all 2 classes of up to 1 switch of 2 of \d+ interleavings, at least \d+ beginnings? of more switches",
        told.out,
    )
    assert "seed 1: no findings in interleavings of up to 1 switch; others were not run" in told.out
    assert "left out, as --switches asks for: what takes more context switches than 1" in told.out
    assert rowrace(*words, "--switches", 3).status == 1


def test_three_operations_have_a_session_each(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("explore", f"{BANK}:Ordered", "read", "transfer", "read", "--isolation", "rc", "--out", tmp_path)
    ran = rowrace(*words, "--html", tmp_path / "page.html")
    assert ran.status == 0
    lines = [line for line in ran.out.splitlines() if " x " in line]
    assert lines
    assert all(
        re.match(r"read\(.*\) x transfer\(.*\) x read\(.*\)   rc   .*   (safe|blocked)$", line) for line in lines
    )
    assert "read x transfer x read: " in (tmp_path / "page.html").read_text()


def test_a_page_that_cannot_be_written_is_told_before_anything_is_run(rowrace: Rowrace, tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    ran = rowrace("explore", f"{BANK}:Expiring", "--out", tmp_path / "findings", "--html", tmp_path / "page.html")
    assert ran.status == 2
    assert "page.html cannot be written" in ran.err
    assert "interleavings run" not in ran.out


STRANGERS = """
from sqlalchemy import text
from fuzz import Target, operation

class Strangers(Target):
    def create(self, engine):
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE ones (id integer PRIMARY KEY)"))
            connection.execute(text("CREATE TABLE others (id integer PRIMARY KEY)"))

    @operation
    def one(self, session):
        session.execute(text("INSERT INTO ones VALUES (1) ON CONFLICT DO NOTHING"))
        session.commit()

    @operation
    def other(self, session):
        session.execute(text("INSERT INTO others VALUES (1) ON CONFLICT DO NOTHING"))
        session.commit()

    @operation
    def third(self, session):
        session.execute(text("SELECT 1"))
"""


@pytest.mark.parametrize("named", [("one", "other"), ("one", "other", "third"), ("third", "other", "one")])
def test_operations_that_touch_no_table_in_common_are_not_run(
    rowrace: Rowrace, tmp_path: Path, named: tuple[str, ...]
) -> None:
    (tmp_path / "strangers.py").write_text(STRANGERS)
    ran = rowrace("explore", tmp_path / "strangers.py", *named, "--out", tmp_path / "findings")
    assert ran.status == 0
    assert "Run alone, none of their calls changes or locks what a call of the other has to do with" in ran.out
    assert "0 of 0 pairs of calls explored to the end, 0 interleavings run" in ran.out


LONERS = """
from sqlalchemy import text
from fuzz import Target, operation

class Loners(Target):
    def create(self, engine):
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE counters (id integer PRIMARY KEY, value integer NOT NULL)"))
            connection.execute(text("INSERT INTO counters VALUES (1, 0)"))

    @operation
    def look(self, session):
        return session.scalar(text("SELECT value FROM counters"))

    @operation
    def fail(self, session):
        raise ValueError("too early")

    @operation
    def stay(self, sessions):
        self.kept = sessions()
        self.kept.execute(text("SELECT 1"))
"""


@pytest.mark.parametrize("words", [("look", "fail"), ("fail", "look", "stay"), (), ("--jobs", "2")])
def test_what_an_operation_raises_alone_is_told_and_what_it_leaves_is_found_though_it_meets_no_other(
    rowrace: Rowrace, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "loners.py").write_text(LONERS)
    page = tmp_path / "page.html"
    ran = rowrace("explore", tmp_path / "loners.py", *words, "--out", tmp_path / "f", "--json", "--html", page)
    assert ran.json["fails_alone"] == ["fail: ValueError"]
    assert "fails alone, so no race: fail raises ValueError" in ran.err.splitlines()
    assert "<p>Fails alone, so no race: fail raises ValueError.</p>" in page.read_text()
    stays = "look" not in words or "stay" in words
    assert ran.status == int(stays)
    assert [(each["kind"], each["operations"]) for each in ran.json["findings"]] == [
        ("idle-in-transaction", ["stay"])
    ] * stays
    assert ("<pre>idle-in-transaction   stay()" in page.read_text()) is stays
    assert {cell["verdict"] for cell in ran.json["cells"]} == {"do not meet"}


SKEWED = """
from sqlalchemy import text
from fuzz import Target, operation

class Skewed(Target):
    def create(self, engine):
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE sides (id integer PRIMARY KEY, value integer)"))

    def seed(self, session):
        session.execute(text("INSERT INTO sides VALUES (1, 0), (2, 0)"))

    @operation
    def left(self, session):
        session.execute(text("UPDATE sides SET value = 1 WHERE id = 1"))
        session.commit()

    @operation
    def right(self, session):
        session.execute(text("UPDATE sides SET value = 1 WHERE id = 2"))
        session.commit()

    @operation
    def both(self, session):
        read = (session.scalar(text(f"SELECT value FROM sides WHERE id = {side}")) for side in (1, 2, 1, 2))
        return list(read)
"""


@pytest.mark.parametrize("named", list(permutations(["left", "right", "both"])))
def test_writers_of_two_rows_and_who_reads_both_race_in_whatever_order_they_are_named(
    rowrace: Rowrace, tmp_path: Path, named: tuple[str, ...]
) -> None:
    (tmp_path / "skewed.py").write_text(SKEWED)
    ran = rowrace("explore", tmp_path / "skewed.py", *named, "--out", tmp_path / "findings", "--json")
    assert ran.status == 1
    assert {each["kind"] for each in ran.json["findings"]} == {"non-repeatable-read"}


def test_a_session_may_have_a_program_of_several_operations(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("explore", f"{BANK}:Deadlocking", "read+transfer", "transfer", "--isolation", "rc", "--out", tmp_path)
    ran = rowrace(*words, "--json")
    assert ran.status == 1
    (cell,) = ran.json["cells"]
    assert cell["operations"] == ["read+transfer", "transfer"]
    assert all(re.match(r"read\(.*\) \+ transfer\(.*\)$", each["calls"][0]) for each in cell["explored"])
    assert [each["kind"] for each in ran.json["findings"]] == ["deadlock"]


def test_programs_that_hold_have_more_interleavings_than_their_calls_and_are_safe_in_all(
    rowrace: Rowrace, tmp_path: Path
) -> None:
    words = ("explore", f"{BANK}:Ordered", "--isolation", "rc", "--out", tmp_path, "--json")
    one, more = (rowrace(*words, program, "transfer") for program in ("transfer", "transfer+transfer"))
    assert (one.status, more.status) == (0, 0)
    assert more.json["saved"]["interleavings"] > one.json["saved"]["interleavings"]
    assert more.json["whole"]


def test_where_a_session_lasts_through_a_program_programs_are_explored(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("get+change+commit", "get+delete+commit", "--isolation", "rc", "--out", tmp_path)
    ran = rowrace("explore", "models:Sessions", *words)
    assert ran.status == 0, ran.out
    assert re.search(
        r"^get\(.*\) \+ change\(.*\) \+ commit\(\) x get\(.*\) \+ delete\(.*\) \+ commit\(\)   rc   all \d+ classes",
        ran.out,
        re.MULTILINE,
    )


def test_the_programs_of_a_case_are_explored_as_they_stand(rowrace: Rowrace, failing: Path, tmp_path: Path) -> None:
    for path in (failing, failing / "case.json"):
        ran = rowrace("explore", path, "--out", tmp_path / "findings", "--json")
        (explored,) = ran.json["cells"][0]["explored"]
        assert explored["calls"] == ["transfer(source=1, to=2)", "transfer(source=2, to=1)"]
        assert explored["isolation"] == "rc"
        assert (ran.status, ran.json["whole"]) == (1, True)


def test_a_case_that_was_mended_is_safe_in_all_its_interleavings(rowrace: Rowrace, fixed: Path, tmp_path: Path) -> None:
    ran = rowrace("explore", fixed, "--out", tmp_path / "findings", "--html", tmp_path / "page.html")
    assert ran.status == 0
    assert "transfer(source=1, to=2) x transfer(source=2, to=1)   rc   all " in ran.out


def test_a_case_keeps_the_names_of_its_sessions_and_its_checks(rowrace: Rowrace, tmp_path: Path) -> None:
    programs = {"one": (Call("transfer", {"source": 1, "to": 2}),), "two": (Call("transfer", {"source": 2, "to": 1}),)}
    case = Case(f"{BANK}:Deadlocking", "rc", programs, checks=("sessions",))
    (tmp_path / "case.json").write_text(case.dumps())
    ran = rowrace("explore", tmp_path, "--out", tmp_path / "findings", "--json")
    assert (ran.status, ran.json["findings"], ran.json["cells"][0]["explored"][0]["deadlocked"] > 0) == (0, [], True)


def test_a_case_of_one_session_has_nothing_to_be_explored(rowrace: Rowrace, tmp_path: Path) -> None:
    case = Case(f"{BANK}:Ordered", "rc", {"A": (Call("read", {"account": 1}),), "B": ()})
    (tmp_path / "case.json").write_text(case.dumps())
    ran = rowrace("explore", tmp_path, "--out", tmp_path / "findings")
    assert (ran.status, "has calls in one session only" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((f"{BANK}:Keeping", "look"), "name two operations or more, or none for every two"),
        ((f"{BANK}:Keeping", "look", "fly"), "Keeping has no operation 'fly'"),
        (("models:Sessions",), "Name two programs or more, as `explore models:Sessions add+change change+add`."),
        ((f"{BANK}:Keeping", "look+fly", "look"), "Keeping has no operation 'fly'"),
        ((f"{BANK}:Keeping", "look+", "look"), "Keeping has no operation ''"),
        (("nowhere.json",), "nowhere.json cannot be read"),
        ((f"{BANK}:Keeping", "--time", "abc"), "'abc' is no time"),
        ((f"{BANK}:Keeping", "--isolation", "abc"), "'abc' is no isolation level"),
    ],
)
def test_what_cannot_be_explored_ends_with_status_2_and_a_hint(
    rowrace: Rowrace, tmp_path: Path, words: tuple[str, ...], problem: str
) -> None:
    ran = rowrace("explore", *words, "--out", tmp_path)
    assert ran.status == 2
    assert problem in " ".join(ran.err.replace("\u2502", " ").split())
