from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fuzz.postgres import Server

ROOT = Path(__file__).parents[2]

Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def script(server: Server, tmp_path: Path) -> Script:
    """Runs a program in the repository's root, on the server of all tests."""
    environment = {
        **os.environ,
        "ROWRACE_DSN": server.address.render_as_string(hide_password=False),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "step.md"),
    }

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(word) for word in words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    return run
