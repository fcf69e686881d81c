from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.scale import scaled

pytestmark = pytest.mark.soak


def test_memory_stays_flat_over_a_long_campaign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a process of its own: what earlier tests have left must not hide what a campaign adds."""
    file = tmp_path / "figures.json"
    sizes = [str(scaled(2_000)), str(scaled(20_000))]
    command = [sys.executable, "-m", "tests.benchmarks", "--only", "memory", "--memory", *sizes, "--json", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    (figure,) = json.loads(file.read_text())
    with capsys.disabled():
        print(f"\n{figure['value']:.0f} MB {figure['name']}: {figure['base']:.0f} MB")
    assert figure["met"], figure
