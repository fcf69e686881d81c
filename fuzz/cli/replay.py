"""`replay`: cases run again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from fuzz.cli.options import Dsn, Json, PgBin, StepTimeout
from fuzz.cli.output import kept_for_result
from fuzz.engine.stage import STEP_TIMEOUT
from fuzz.errors import CaseError
from fuzz.postgres import open_server
from fuzz.replaying import TIMES, Loaded, Replayed, cases_at, exit_status, load_all, replay_all
from fuzz.report.replays import replay_text
from fuzz.trials import Trials


def replay(
    cases: Annotated[
        list[Path], typer.Argument(metavar="CASE", help="Case files, findings' folders, or folders of them.")
    ],
    step_timeout: StepTimeout = STEP_TIMEOUT,
    as_json: Json = False,
    pg_bin: PgBin = None,
    dsn: Dsn = None,
) -> None:
    """Run cases again, each three times: FIXED, FAILED, DIVERGED or ERROR.

    Exit status: 2 if a case could not be judged (ERROR), else 1 if one still fails, else 3 if one diverged, else 0.
    """
    paths = [case for path in cases for case in cases_at(path)]
    if not paths:
        raise CaseError(
            f"There is no case in {', '.join(map(str, cases))}.", "Name a case.json, or a folder with some."
        )
    replayed = []
    with kept_for_result(as_json):
        for each in _replayed(list(load_all(paths)), pg_bin, dsn, step_timeout):
            replayed.append(each)
            if not as_json:
                typer.echo(replay_text(each))
    if as_json:
        content = {"format": 1, "cases": [_to_json(each) for each in replayed], "exit": exit_status(replayed)}
        typer.echo(json.dumps(content, indent=2))
    raise typer.Exit(exit_status(replayed))


def _replayed(
    loaded: list[Loaded | Replayed], pg_bin: Path | None, dsn: str | None, step_timeout: float
) -> Iterator[Replayed]:
    """Run the cases, on a server that is opened only if there is one to run."""
    errors = [each for each in loaded if isinstance(each, Replayed)]
    if len(errors) == len(loaded):
        yield from errors
        return
    with open_server(pg_bin=pg_bin, dsn=dsn) as server, Trials(server, step_timeout) as trials:
        yield from replay_all(trials, loaded)


def _to_json(replayed: Replayed) -> dict[str, Any]:
    first = replayed.violations[0] if replayed.violations else None
    return {
        "path": str(replayed.path),
        "status": replayed.status,
        "kind": first.kind if first else None,
        "id": first.signature if first else None,
        "runs": TIMES if replayed.history else 0,
        "identical": replayed.identical,
        "error": str(replayed.error) if replayed.error else None,
    }
