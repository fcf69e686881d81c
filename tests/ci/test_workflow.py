from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def validate(workflow: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(workflow)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_nightly_workflow_is_valid() -> None:
    ran = validate(ROOT / ".github" / "workflows" / "nightly.yml")
    assert ran.returncode == 0, ran.stdout


def test_a_workflow_that_is_wrong_is_seen_to_be(tmp_path: Path) -> None:
    text = (ROOT / ".github" / "workflows" / "nightly.yml").read_text()
    (tmp_path / "nightly.yml").write_text(text.replace("runs-on:", "runs-of:"))
    assert validate(tmp_path / "nightly.yml").returncode == 1


def test_the_workflow_runs_on_a_schedule_and_on_demand_and_keeps_findings() -> None:
    text = (ROOT / ".github" / "workflows" / "nightly.yml").read_text()
    for needed in ("schedule:", "workflow_dispatch:", "upload-artifact@", "retention-days:", "ci/nightly"):
        assert needed in text
