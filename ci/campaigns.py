"""Campaigns in processes of their own, and the table of how they ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

from fuzz.cli.status import FAULTY
from fuzz.errors import ToolError

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Hunted:
    """How one campaign ended.

    Attributes:
        seed: the campaign's.
        seconds: until the bug was met, or of the whole campaign.
        cases: likewise.
        kind: of the finding; None without one.
        check: that saw it; None without one.
        operations: that the shrunk case calls.
        switches: of the shrunk case.
    """

    seed: int
    seconds: float
    cases: int
    kind: str | None = None
    check: str | None = None
    operations: tuple[str, ...] = ()
    switches: int = 0

    @classmethod
    def read(cls, summary: Mapping[str, Any], wanted: Callable[[str, Sequence[str]], bool]) -> Hunted:
        """From a summary of `run`.

        Args:
            summary: as `--json` prints it.
            wanted: whether a finding of this kind, in calls of these operations, is what was hunted. The first of them
                is told, before any other.
        """
        findings = sorted(summary["findings"], key=lambda found: not wanted(found["kind"], found["operations"]))
        if not findings:
            return cls(summary["seed"], summary["elapsed_s"], summary["cases"])
        told = ("first_seen_s", "first_seen_cases", "kind", "check")
        seconds, cases, kind, check = (findings[0][fact] for fact in told)
        operations = tuple(findings[0]["operations"])
        return cls(summary["seed"], seconds, cases, kind, check, operations, findings[0]["switches"])

    @property
    def calls(self) -> int:
        """How many the shrunk case has."""
        return len(self.operations)

    @property
    def size(self) -> tuple[int, int]:
        """Calls and switches of the shrunk case."""
        return self.calls, self.switches


def rowrace(
    command: str, word: str, seed: int, *options: str, dsn: str, python: str = sys.executable
) -> dict[str, Any]:
    """What a command of rowrace says of a target, in a process of its own.

    Args:
        command: "run" or "explore".
        word: the TARGET word.
        seed: the command's.
        *options: more of them.
        dsn: the server to use.
        python: the interpreter; it has rowrace, and what the target imports.

    Raises:
        ToolError: the command could not do its work.
    """
    with TemporaryDirectory() as out:
        told = ["--seed", str(seed), "--json", "--out", out, *options]
        ran = subprocess.run(  # noqa: S603 - ours
            [python, "-m", "fuzz", command, word, *told],
            env={**os.environ, "ROWRACE_DSN": dsn},
            capture_output=True,
            text=True,
            check=False,
        )
    if ran.returncode in {FAULTY, INTERRUPTED}:
        raise ToolError(f"{word} with seed {seed} could not be fuzzed: {ran.stderr}", f"Try it with `fuzz {command}`.")
    summary: dict[str, Any] = json.loads(ran.stdout)
    return summary


def print_row(cells: Sequence[str], widths: Sequence[int]) -> None:
    """Print a row of a table as soon as it is known."""
    print("  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip(), flush=True)
