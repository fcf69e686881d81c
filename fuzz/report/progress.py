"""How far a campaign is: one line that is rewritten on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from fuzz.campaign.events import Event, Shrinking, Summary

EVERY = 30.0
"""Seconds between two plain lines."""


class Progress:
    """Tells people how a campaign goes.

    Args:
        stream: where to; whether it is a terminal decides on the form.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        console = Console(file=stream, highlight=False, markup=False)
        self._live = Live(Text(""), console=console, transient=True, refresh_per_second=5) if stream.isatty() else None
        self._told = monotonic()

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, event: Event) -> None:
        """An event has come."""
        line = progress_line(event.summary)
        if isinstance(event, Shrinking):
            line = f"shrinking {event.kind}; {line}"
        if self._live is not None:
            self._live.update(Text(line, no_wrap=True, overflow="crop"))
        elif monotonic() - self._told >= EVERY:
            self._told = monotonic()
            print(line, file=self._stream, flush=True)

    def say(self, text: str) -> None:
        """Print a text that stays."""
        if self._live is not None:
            self._live.console.print(Text(text), soft_wrap=True)
        else:
            print(text, file=self._stream, flush=True)


def progress_line(summary: Summary) -> str:
    """One line on how far a campaign is."""
    rate = summary.cases / summary.elapsed_s if summary.elapsed_s else 0.0
    return (
        f"{summary.elapsed_s:.0f} s: {summary.cases} cases, {rate:.0f}/s, "
        f"{summary.distinct_interleavings} interleavings (last new at {summary.last_new_s:.0f} s), "
        f"{count_of_findings(summary)}"
    )


def count_of_findings(summary: Summary) -> str:
    """Such as "no findings", "1 finding", "2 findings"."""
    number = len(summary.findings)
    return "no findings" if not number else "1 finding" if number == 1 else f"{number} findings"
