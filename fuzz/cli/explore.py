"""`explore`: every interleaving that matters, of programs that are named or of every two operations."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from fuzz.campaign.exploring import explore
from fuzz.campaign.interruption import interruptions
from fuzz.campaign.matrix import Matrix, MatrixEnded, MatrixEvent, PairExplored, RaceFound, Terms
from fuzz.campaign.together import explore_together
from fuzz.cli.asked import Asked, agenda_of, asked_for
from fuzz.cli.options import Dsn, Json, PgBin, StepTimeout, duration, levels
from fuzz.cli.output import kept_for_result
from fuzz.engine.stage import STEP_TIMEOUT
from fuzz.postgres import open_server
from fuzz.report.file import prepare_file, write_file
from fuzz.report.folder import prepare_folder, write_folder
from fuzz.report.matrix import matrix_json, matrix_line, matrix_text
from fuzz.report.matrix_page import matrix_page
from fuzz.report.opening import opening
from fuzz.report.progress import EVERY, Progress
from fuzz.report.timeline import finding_timeline
from fuzz.trial import Trial
from fuzz.trials import Trials

DEFAULT = "10m"


def explore_command(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET|CASE",
            help="package.module:Name or path/to/file.py:Name; or a case.json, or a folder with one, for its programs.",
            show_default=False,
        ),
    ],
    operations: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OP OP ...]",
            help="Two operations, or more, a session each; OP+OP is a program of two. Default: every two operations.",
        ),
    ] = None,
    time: Annotated[str, typer.Option(metavar="TIME", help="How long at the most: 90, 90s, 5m, 1h.")] = DEFAULT,
    seed: Annotated[int, typer.Option(min=0, help="Of arguments, clock and dice.")] = 1,
    isolation: Annotated[
        str | None, typer.Option(metavar="LEVELS", help="rc,rr,ser or some of them; default: the target's.")
    ] = None,
    switches: Annotated[
        int | None,
        typer.Option(
            min=1, help="Run what takes so many context switches at the most, and judge no other; a serial order has 1."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that share the work; each keeps a core busy.")] = 1,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where findings' folders go.")] = Path("findings"),
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the matrix as an HTML page, too.")] = None,
    step_timeout: StepTimeout = STEP_TIMEOUT,
    as_json: Json = False,
    pg_bin: PgBin = None,
    dsn: Dsn = None,
) -> None:
    """Run every class of equivalent interleavings of pairs of operations, or of programs.

    Exit status: 0 all were run and nothing found (with --switches N: all of up to N switches, which says nothing of the
    others), 1 findings, 2 could not run, 3 not all were run or some violation did not repeat, 130 interrupted.
    """
    seconds = duration(time)
    chosen = levels(isolation) if isolation is not None else ()
    with kept_for_result(as_json):
        asked = asked_for(target, operations or ())
        prepare_folder(out)
        if html is not None:
            prepare_file(html)
        progress = Progress(sys.stderr if as_json else sys.stdout)
        progress.say(f"seed {seed}")
        with open_server(pg_bin=pg_bin, dsn=dsn) as server, Trials(server, step_timeout) as trials:
            trial = trials.of(asked.target)
            progress.say(opening(asked.word, server, trial.stage))
            terms = Terms(asked.word, seed, chosen or asked.isolation, seconds, server.version, (), switches)
            dsn = server.address.render_as_string(hide_password=False)
            matrix, paths = _follow(_events(jobs, trial, asked, terms, dsn), out, progress)
    if html is not None:
        write_file(html, matrix_page(matrix, paths))
    if as_json:
        print(json.dumps(matrix_json(matrix, paths), indent=2))
    progress.say(matrix_text(matrix, paths))
    raise typer.Exit(matrix.exit)


def _events(jobs: int, trial: Trial, asked: Asked, terms: Terms, dsn: str) -> Iterator[MatrixEvent]:
    """Learn what there is to do, and do it; the last event is `MatrixEnded`, also when the user interrupts either."""
    try:
        with interruptions() as interruption:
            agenda = agenda_of(asked, trial, terms)
            interruption.check()
    except KeyboardInterrupt:
        yield MatrixEnded(Matrix(terms, 0.0, 0, {}, (), {}, interrupted=True))
        return
    jobs = min(jobs, sum(map(len, agenda.share.values())))
    yield from explore_together(jobs, trial, agenda, dsn) if jobs > 1 else explore(trial, agenda)


def _follow(events: Iterator[MatrixEvent], out: Path, progress: Progress) -> tuple[Matrix, Mapping[str, Path]]:
    """Write and show each finding as soon as it is there; tell how far it is now and then."""
    paths: dict[str, Path] = {}
    told = monotonic()
    for event in events:
        match event:
            case RaceFound(finding):
                paths[finding.id] = write_folder(finding, out)
                progress.say(finding_timeline(finding, paths[finding.id]))
            case PairExplored(so_far) if monotonic() - told >= EVERY:
                told = monotonic()
                progress.say(matrix_line(so_far()))
            case MatrixEnded(matrix):
                return matrix, paths
    raise AssertionError("an exploration tells at least how it ended")
