"""The nightly job: replays the findings it is given, then fuzzes, and writes what CI shows of it."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from fuzz.campaign.campaign import Budget, campaign
from fuzz.cli.options import Dsn, PgBin, duration
from fuzz.cli.status import FAULTY, exit_with, worst
from fuzz.errors import ToolError
from fuzz.lookup import find_target
from fuzz.postgres import open_server
from fuzz.replaying import Replayed, cases_at, exit_status, load_all, replay_all
from fuzz.report.closing import closing
from fuzz.report.folder import prepare_folder
from fuzz.report.follow import Followed, follow
from fuzz.report.junit import Test, broken_test, campaign_tests, junit, replay_tests
from fuzz.report.markdown import markdown
from fuzz.report.progress import Progress
from fuzz.report.replays import replay_text
from fuzz.trials import Trials

TARGETS = ["models:Network", "models:Sessions"]


@dataclass(slots=True)
class Night:
    """What a night has brought."""

    replayed: list[Replayed] = field(default_factory=list)
    followed: list[Followed] = field(default_factory=list)
    broken: dict[str, ToolError] = field(default_factory=dict)

    @property
    def exit(self) -> int:
        """The exit status that this comes to."""
        statuses = [each.summary.exit for each in self.followed]
        return worst([exit_status(self.replayed), *statuses, *(FAULTY for _ in self.broken)])

    @property
    def interrupted(self) -> bool:
        """Whether the user has ended it."""
        return any(each.summary.interrupted for each in self.followed)


def nightly(
    targets: Annotated[list[str] | None, typer.Argument(help="TARGET words; default: the reference targets.")] = None,
    findings: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="Findings to replay first; may be given more than once.")
    ] = None,
    time: Annotated[str, typer.Option(metavar="TIME", help="For all targets in all: 90, 90s, 5m, 1h.")] = "30m",
    seed: Annotated[int | None, typer.Option(min=0, help="Of all that is drawn; default: a new one.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where reports and findings go.")] = Path("nightly"),
    pg_bin: PgBin = None,
    dsn: Dsn = None,
) -> None:
    """Replay known findings, fuzz, and write junit.xml, summary.md and findings/ into --out.

    What is not fixed of the known findings is kept among the new ones, for the next night.

    Exit status: 2 if something could not be run or judged, else 1 if anything fails, else 3 if something diverged.
    """
    words = targets or TARGETS
    seconds = duration(time) / len(words)
    seed = secrets.randbits(32) if seed is None else seed
    prepare_folder(out / "findings")
    print(f"seed {seed}", flush=True)
    night = Night()
    with open_server(pg_bin=pg_bin, dsn=dsn) as server, Trials(server) as trials:
        replay_known(night, trials, findings or [], out / "findings")
        for word in words:
            if not night.interrupted:
                fuzz_target(night, trials, word, seed, seconds, out / "findings")
    report(night, out)
    print(f"seed {seed}: exit status {night.exit}", flush=True)
    raise typer.Exit(night.exit)


def replay_known(night: Night, trials: Trials, known: Sequence[Path], kept: Path) -> None:
    """Replay findings; those that are not fixed are kept."""
    loaded = list(load_all([case for path in known for case in cases_at(path)]))
    for each in replay_all(trials, loaded):
        print(replay_text(each), flush=True)
        night.replayed.append(each)
        if each.status != "FIXED":
            keep(each.path, kept)


def keep(case: Path, kept: Path) -> None:
    """Copy a case, a file or a folder, unless it is there."""
    copy = kept / case.resolve().name
    if case.is_dir() and not copy.exists():
        shutil.copytree(case, copy)
    elif case.is_file() and not copy.exists():
        shutil.copy(case, copy)


def fuzz_target(night: Night, trials: Trials, word: str, seed: int, seconds: float, out: Path) -> None:
    """Fuzz a target; if it cannot be, that is written down and the night goes on."""
    print(f"\n{word}", flush=True)
    try:
        target = find_target(word)
        events = campaign(
            trials.of(target),
            word=word,
            seed=seed,
            isolation=target.isolation,
            sessions=target.sessions,
            budget=Budget(seconds=seconds),
            postgres=trials.server.version,
        )
        night.followed.append(follow(events, out, Progress(sys.stdout)))
    except ToolError as error:
        print(f"rowrace: {error}", file=sys.stderr)
        night.broken[word] = error
    else:
        print(closing(night.followed[-1]), flush=True)


def report(night: Night, out: Path) -> None:
    """Write what CI servers show."""
    suites: dict[str, list[Test]] = {"replay": list(replay_tests(night.replayed))}
    for each in night.followed:
        suites[each.summary.target] = list(campaign_tests(each))
    for word, error in night.broken.items():
        suites[word] = [broken_test(word, error)]
    summary = markdown(night.followed, night.broken, night.replayed)
    (out / "junit.xml").write_text(junit(suites), encoding="utf-8")
    (out / "summary.md").write_text(summary, encoding="utf-8")
    if shown := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(shown).open("a", encoding="utf-8") as page:
            page.write(summary)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(nightly)
    exit_with(lambda: app(prog_name="ci/nightly"))
