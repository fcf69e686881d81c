"""Sets of texts have one order in every process of the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TARGET = """
from fuzz import Target, operation

ORDER = "-".join({"north", "east", "south", "west", "up", "down"})


class Compass(Target):
    @operation
    def go(self, session):
        pass


print(ORDER)
"""


def order(folder: Path, **variables: str) -> str:
    (folder / "compass.py").write_text(TARGET)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"} | variables
    command = [sys.executable, "-m", "fuzz", "targets", str(folder / "compass.py")]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return ran.stdout.splitlines()[0]


def test_they_have_the_same_order_each_time(tmp_path: Path) -> None:
    assert order(tmp_path) == order(tmp_path)
    assert sorted(order(tmp_path).split("-")) == ["down", "east", "north", "south", "up", "west"]


def test_they_have_the_order_of_the_hash_seed_that_one_sets(tmp_path: Path) -> None:
    assert order(tmp_path, PYTHONHASHSEED="0") == order(tmp_path)
    assert len({order(tmp_path, PYTHONHASHSEED=str(seed)) for seed in range(1, 5)}) > 1
