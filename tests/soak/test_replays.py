from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from fuzz import Target
from fuzz.case import Case
from fuzz.engine.stage import Stage
from fuzz.postgres import Scratch
from fuzz.trial import Trial
from models.zoo.animal import animals
from tests.soak.scale import scaled

pytestmark = pytest.mark.soak

LEAST = [
    pytest.param(
        animal.target, replace(least, target=animal.word), animal.kinds[0], id=f"{animal.name}-{least.isolation}"
    )
    for animal in animals()
    for least in animal.least
]


@pytest.mark.parametrize(("animal", "least", "kind"), LEAST)
def test_a_proof_is_the_same_history_in_every_replay(
    scratch: Scratch, capsys: pytest.CaptureFixture[str], animal: type[Target], least: Case, kind: str
) -> None:
    histories: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    with closing(Stage(animal(), scratch)) as stage:
        trial = Trial(stage)
        for _ in range(scaled(1000)):
            verdict = trial(least)
            histories[verdict.history.digest()] += 1
            kinds[verdict.violations[0].kind if verdict.violations else ""] += 1
    with capsys.disabled():
        print(f"\n{animal.__name__}: {histories.total()} replays, {len(histories)} different, {dict(kinds)}")
    assert set(kinds) == {kind}
    assert len(histories) == 1, f"{histories} of {least.dumps()}"


@pytest.mark.parametrize(("animal", "least", "kind"), LEAST)
def test_a_proof_is_the_same_history_in_other_processes_on_other_servers(
    scratch: Scratch, tmp_path: Path, animal: type[Target], least: Case, kind: str
) -> None:
    file = tmp_path / "case.json"
    file.write_text(least.dumps())
    with closing(Stage(animal(), scratch)) as stage:
        here = stage.run(least).digest()
    assert {_elsewhere(file, hashes) for hashes in "12"} == {here}


def _elsewhere(file: Path, hashes: str) -> str:
    """The digest in another process, whose sets have another order."""
    command = [sys.executable, "-m", "tests.soak.digest", str(file)]
    environment = {**os.environ, "PYTHONHASHSEED": hashes}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()
