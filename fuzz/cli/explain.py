"""`explain`: what a kind of violation means."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import groupby
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from fuzz.errors import ToolError
from fuzz.explain import page, summary
from fuzz.violations import KINDS

_WIDEST = 104
"""Columns of a terminal that a page takes: its widest line with rich's margins; longer lines of prose read badly."""


def explain(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="As a finding's first line has it; default: list all.", show_default=False),
    ] = None,
) -> None:
    """Tell what a kind of violation means, and its cures."""
    if kind is None:
        typer.echo("\n".join(_kinds()))
    elif kind in KINDS:
        _show(page(kind))
    else:
        raise _unknown(kind)


def _kinds() -> Iterator[str]:
    """All kinds, check by check."""
    width = max(map(len, KINDS))
    for check, kinds in groupby(KINDS, lambda kind: KINDS[kind].check):
        yield check
        yield from (f"  {kind:<{width}}  {summary(kind)}" for kind in kinds)


def _show(text: str) -> None:
    """Print a page: set by rich where a terminal can show it, as it is written elsewhere."""
    console = Console()
    if sys.stdout.isatty() and not console.options.ascii_only:
        console.width = min(console.width, _WIDEST)
        console.print(Markdown(text, code_theme="ansi_dark"))  # the terminal's own colours, whatever its background
    else:
        typer.echo(text, nl=False)


def _unknown(kind: str) -> ToolError:
    near = get_close_matches(kind.lower(), KINDS, cutoff=0.5)
    nearest = f"The nearest: {', '.join(near)}. " if near else ""
    return ToolError(f"There is no kind of violation {kind!r}.", f"{nearest}`python -m fuzz explain` lists all.")
