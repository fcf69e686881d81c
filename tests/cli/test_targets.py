from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Rowrace = Callable[..., Any]

SHOP = """
from fuzz import Target, invariant, operation
from hypothesis import strategies as st

class Shop(Target):
    '''Sells tea.'''

    @operation(what=st.just("tea"))
    def buy(self, session, what): ...

    @invariant
    def has_tea(self, session): ...
"""


def test_the_targets_of_a_module_are_listed_with_their_operations(rowrace: Rowrace) -> None:
    ran = rowrace("targets", "tests/targets/bank.py")
    assert ran.status == 0
    assert (
        "tests/targets/bank.py:Deadlocking   Transfers that lock two accounts in the order of their arguments.\n"
        "    read(account)\n"
        "    transfer(source, to)\n"
    ) in ran.out
    assert "_Bank" not in ran.out


def test_the_current_directory_is_looked_through(
    rowrace: Rowrace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "harmful.py").write_text("raise SystemExit('imported, though it has no target')")
    (tmp_path / "stores_for_rowrace").mkdir()
    (tmp_path / "stores_for_rowrace" / "__init__.py").write_text("")
    (tmp_path / "stores_for_rowrace" / "corner.py").write_text(SHOP)
    (tmp_path / "broken.py").write_text("import fuzz\n1 / 0\n")
    ran = rowrace("targets")
    shop = "   Sells tea.\n    buy(what)\n    invariant has_tea\n"
    assert ran.status == 0
    assert ran.out == f"stores_for_rowrace.corner:Shop{shop}shop.py:Shop{shop}"
    assert "broken.py cannot be imported: ZeroDivisionError" in ran.err
    assert "harmful" not in ran.err


def test_a_directory_without_targets_is_told(rowrace: Rowrace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = rowrace("targets")
    assert ran.status == 2
    assert ran.err.startswith("rowrace: There is no target in ")


def test_doctor_tells_of_the_server_and_its_settings(rowrace: Rowrace) -> None:
    ran = rowrace("doctor")
    assert ran.status == 0
    assert "PostgreSQL " in ran.out
    assert "deadlock_timeout = 1ms" in ran.out
    assert ran.out.endswith("all is well\n")
