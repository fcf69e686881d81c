"""The page on bringing one's own code: every example is run as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from os import environ
from pathlib import Path

import pytest

from fuzz.postgres import Server

TEXT = (Path(__file__).parents[1] / "docs" / "your-own-code.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE))
TARGETS = sorted(name for name in FILES if name.startswith("by_"))


def test_every_example_is_a_file_with_a_name() -> None:
    assert len(FILES) == TEXT.count("```python")
    assert TARGETS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where somebody has put all the files."""
    made = tmp_path_factory.mktemp("guide")
    for name, text in FILES.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.mark.parametrize("name", TARGETS)
def test_each_target_loses_a_sale(server: Server, folder: Path, name: str) -> None:
    command = re.search(r"^\.venv/bin/python (-m fuzz run) by_session\.py (.*)$", TEXT, re.MULTILINE)
    assert command is not None
    words = [sys.executable, *command[1].split(), name, *command[2].split(), "--max-findings", "1"]
    env = {**environ, "ROWRACE_DSN": server.address.render_as_string(hide_password=False)}
    ran = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert re.search(r"^lost-update +(\w+\(.*?\)) x ", ran.stdout, re.MULTILINE), ran.stdout
