"""Options that several commands have, and the forms of their values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from fuzz.campaign.campaign import MIX
from fuzz.case import ISOLATION
from fuzz.checks import ALL, CHECKS

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def duration(text: str) -> float:
    """Seconds, from 90, 90s, 5m or 1h.

    Raises:
        typer.BadParameter: for anything else.
    """
    found = re.fullmatch(r"(\d+)([smh]?)", text.strip())
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"{text!r} is no time; write 90, 90s, 5m or 1h.", param_hint="--time")
    return float(found[1]) * _UNITS[found[2]]


def levels(text: str) -> tuple[str, ...]:
    """Isolation levels, from a list with commas.

    Raises:
        typer.BadParameter: when one is unknown.
    """
    named = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    for name in named:
        if name not in ISOLATION:
            raise typer.BadParameter(
                f"{name!r} is no isolation level; write one or more of {','.join(ISOLATION)}, with commas between.",
                param_hint="--isolation",
            )
    return named


def checks(text: str) -> tuple[str, ...]:
    """Names of checks, from a list with commas; "all" stands for those that find what is wrong.

    Raises:
        typer.BadParameter: when one is unknown.
    """
    named = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    for name in named:
        if name != "all" and name not in CHECKS:
            raise typer.BadParameter(
                f"{name!r} is no check; write all, or one or more of {','.join(CHECKS)}, with commas between.",
                param_hint="--checks",
            )
    return tuple(dict.fromkeys(each for name in named for each in (ALL if name == "all" else (name,))))


def strategies(text: str) -> tuple[str, ...]:
    """Names of strategies, from a list with commas; "mix" stands for all.

    Raises:
        typer.BadParameter: when one is unknown.
    """
    named = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    for name in named:
        if name not in ("mix", *MIX):
            raise typer.BadParameter(
                f"{name!r} is no strategy; write mix, or one or more of {','.join(MIX)}, with commas between.",
                param_hint="--strategy",
            )
    return tuple(dict.fromkeys(each for name in named for each in (MIX if name == "mix" else (name,))))


def _one_server(context: typer.Context, option: typer.CallbackParam, value: Any) -> Any:
    """Which server: what the command line says goes before the environment, which is read after it.

    Raises:
        typer.BadParameter: the command line names two.
    """
    other = context.params.get("pg_bin" if option.name == "dsn" else "dsn")
    if value is None or other is None:
        return value
    source = context.get_parameter_source(option.name or "")
    if source is not None and source.name == "ENVIRONMENT":
        return None
    raise typer.BadParameter(
        "one starts a server, and the other uses one that runs: give one of them.", param_hint="--pg-bin and --dsn"
    )


Dsn = Annotated[
    str | None,
    typer.Option(
        "--dsn",
        metavar="URL",
        envvar="ROWRACE_DSN",
        callback=_one_server,
        help="A running server, in which rowrace makes a scratch database of its own; default: an embedded server.",
    ),
]
PgBin = Annotated[
    Path | None,
    typer.Option(
        "--pg-bin",
        metavar="DIR",
        callback=_one_server,
        help="The bin directory of a local PostgreSQL, to start the server from; it goes before ROWRACE_DSN.",
    ),
]
StepTimeout = Annotated[
    float,
    typer.Option(
        min=0.1,
        metavar="SECONDS",
        help="When a session that neither sends, nor answers, nor waits for another is given up as hung.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output, and nothing else.")]
