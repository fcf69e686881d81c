from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest

from fuzz.explain import page, summary
from fuzz.violations import KINDS, Violation
from tests.explain.pages import parts_of

HEADINGS = ["What it means", "How it comes about", "Cures", "Also called"]

ADYA = {
    "dirty-write": "G0",
    "aborted-read": "G1a",
    "intermediate-read": "G1b",
    "circular-information-flow": "G1c",
    "lost-update": "G-single",
    "read-skew": "G-single",
    "non-repeatable-read": "G-single",
    "phantom": "G-single",
    "write-skew": "G2-item",
    "g-single": "G-single",
    "g-nonadjacent": "G-nonadjacent",
    "g2-item": "G2-item",
    "g2": "G2",
}


def kinds_of(violation: type[Violation]) -> Iterator[str]:
    for each in violation.__subclasses__():
        if "kind" in vars(each) and each.__module__.startswith("fuzz."):
            yield each.kind
        yield from kinds_of(each)


def test_every_kind_is_listed() -> None:
    assert sorted(kinds_of(Violation)) == sorted(KINDS)


def test_every_kind_has_a_page_and_every_page_a_kind() -> None:
    pages = [file.name.removesuffix(".md") for file in files("fuzz.explain").iterdir() if file.name.endswith(".md")]
    assert sorted(pages) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_the_same_parts_as_any_other(kind: str) -> None:
    parts = parts_of(kind)
    assert list(parts.sections) == HEADINGS
    assert parts.title == summary(kind)
    assert 2 <= len(re.findall(r"^- ", parts.sections["Cures"], re.MULTILINE)) <= 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_plain_ascii_that_a_terminal_holds(kind: str) -> None:
    lines = page(kind).splitlines()
    assert lines[0].startswith(f"# {kind}: ")
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_of_a_page_is_short(kind: str) -> None:
    code = [line for line in parts_of(kind).code.splitlines() if line.strip()]
    assert 6 <= len(code) <= 15


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_sends_on_to_pages_that_there_are(kind: str) -> None:
    assert set(re.findall(r"see(?: also)? `([a-z0-9-]+)`", page(kind))) <= set(KINDS)


@pytest.mark.parametrize(("kind", "name"), ADYA.items())
def test_a_phenomenon_has_the_name_that_the_field_gives_it(kind: str, name: str) -> None:
    assert re.search(rf"Adya and Elle: [^.]*{name}\b|Elle: {name}\b", parts_of(kind).sections["Also called"])


def test_every_phenomenon_has_a_name_in_the_field() -> None:
    assert set(ADYA) == {kind for kind, violation in KINDS.items() if violation.check == "isolation"}
