"""`show`: what happens in a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fuzz.cli.options import Dsn, PgBin
from fuzz.postgres import open_server
from fuzz.replaying import load
from fuzz.report.timeline import replay_command, timeline
from fuzz.trials import Trials


def show(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="A case file, or a finding's folder.")],
    pg_bin: PgBin = None,
    dsn: Dsn = None,
) -> None:
    """Run a case once and show its timeline."""
    loaded = load(case)
    with open_server(pg_bin=pg_bin, dsn=dsn) as server, Trials(server) as trials:
        verdict = trials.of(loaded.target)(loaded.case)
    how = f"{replay_command(case)}      (PostgreSQL {server.version})"
    typer.echo(timeline(verdict.history, verdict.violations, how), nl=False)
