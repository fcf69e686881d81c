"""The line that sends a statement is named so that somebody who has not written it finds it."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from fuzz.engine import where
from fuzz.engine.where import calling_line

PACKAGES = Path(sysconfig.get_path("purelib"))


def sent_by(file: Path) -> str:
    """Where a statement comes from that the third line of a file sends."""
    lines: list[str] = []
    exec(compile("\n\nlines.append(calling_line())", str(file), "exec"), {"calling_line": calling_line, "lines": lines})
    return lines[0]


def test_a_file_of_ones_own_goes_by_its_name(tmp_path: Path) -> None:
    assert sent_by(tmp_path / "shop" / "service.py") == "service.py:3"


def test_a_file_of_an_installed_package_goes_by_its_path_there() -> None:
    assert sent_by(PACKAGES / "shop" / "stores" / "__init__.py") == "shop/stores/__init__.py:3"


@pytest.mark.parametrize("package", where._BELOW)
def test_what_lies_between_a_target_and_the_server_sends_nothing_by_itself(package: str) -> None:
    assert sent_by(PACKAGES / package / "engine.py").startswith("test_where.py:")
