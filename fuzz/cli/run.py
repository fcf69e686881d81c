"""`run`: a campaign."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from fuzz.campaign.campaign import MIX, Budget, Plan, fuzz
from fuzz.campaign.shared import fuzz_together
from fuzz.cli.options import Dsn, Json, PgBin, StepTimeout, duration, levels, strategies
from fuzz.cli.options import checks as checks_named
from fuzz.cli.output import kept_for_result
from fuzz.engine.stage import NAMES, STEP_TIMEOUT
from fuzz.lookup import find_target
from fuzz.postgres import open_server
from fuzz.report.closing import closing
from fuzz.report.folder import prepare_folder
from fuzz.report.follow import follow
from fuzz.report.opening import carried, opening
from fuzz.report.progress import Progress
from fuzz.trials import Trials

DEFAULT_S = 60.0
"""Seconds that a campaign takes when nothing else is said."""


def run(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="package.module:Name or path/to/file.py:Name.", show_default=False)
    ],
    time: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="How long: 90, 90s, 5m, 1h. Default: 60s, unless another end is given."),
    ] = None,
    cases: Annotated[int | None, typer.Option(min=1, help="How many cases.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of all that is drawn; default: a new one.")] = None,
    isolation: Annotated[
        str | None, typer.Option(metavar="LEVELS", help="rc,rr,ser or some of them; default: the target's.")
    ] = None,
    sessions: Annotated[
        int | None, typer.Option(min=2, max=len(NAMES), help="How many at a time; default: the target's.")
    ] = None,
    checks: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="all, or some of errors,revisions,serial,sessions,invariants; strict adds phenomena that did no harm, "
            "spurious refusals that no serial order gives; default: the target's.",
        ),
    ] = None,
    strategy: Annotated[
        str,
        typer.Option(metavar="NAMES", help=f"mix, or one or more of {','.join(MIX)}: who chooses the next session."),
    ] = "mix",
    until_plateau: Annotated[
        bool, typer.Option("--until-plateau", help="End when new interleavings have become rare.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that share the work; each keeps a core busy.")] = 1,
    max_findings: Annotated[int | None, typer.Option(min=1, help="End after so many findings.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where findings' folders go.")] = Path("findings"),
    step_timeout: StepTimeout = STEP_TIMEOUT,
    as_json: Json = False,
    pg_bin: PgBin = None,
    dsn: Dsn = None,
) -> None:
    """Fuzz a target.

    Exit status: 0 nothing found, 1 findings, 2 could not run, 3 nondeterministic, 130 interrupted.
    """
    endless = cases is None and not until_plateau
    seconds = duration(time) if time is not None else DEFAULT_S if endless else None
    chosen = levels(isolation) if isolation is not None else ()
    applied = checks_named(checks) if checks is not None else ()
    chosen_strategies = strategies(strategy)
    with kept_for_result(as_json):
        found = find_target(target)
        prepare_folder(out)
        seed = secrets.randbits(32) if seed is None else seed
        progress = Progress(sys.stderr if as_json else sys.stdout)
        progress.say(f"seed {seed}")
        with open_server(pg_bin=pg_bin, dsn=dsn) as server, Trials(server, step_timeout) as trials:
            trial = trials.of(found, applied)
            progress.say(opening(target, server, trial.stage))
            told = carried(trial.stage)
            plan = Plan(
                word=target,
                seed=seed,
                isolation=chosen or found.isolation,
                sessions=sessions or found.sessions,
                budget=Budget(seconds, cases, max_findings, until_plateau),
                postgres=server.version,
                strategies=chosen_strategies,
            )
            dsn = server.address.render_as_string(hide_password=False)
            events = fuzz(trial, plan) if jobs == 1 else fuzz_together(jobs, trial, plan, applied, dsn)
            followed = follow(events, out, progress)
            if (since := carried(trial.stage)) != told:  # code may make what keeps sessions when it is first called
                progress.say(since)
    if as_json:
        print(json.dumps(followed.to_json(), indent=2))
    progress.say(closing(followed, until_plateau=until_plateau))
    raise typer.Exit(followed.summary.exit)
