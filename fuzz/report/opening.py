"""What is said before the first case is run."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.engine.stage import Stage
from fuzz.postgres import Server


def opening(word: str, server: Server, stage: Stage) -> str:
    """The first lines for people.

    Args:
        word: the TARGET.
        server: what it is run on.
        stage: where it has been laid out.
    """
    return "\n".join(_lines(word, server, stage))


def _lines(word: str, server: Server, stage: Stage) -> Iterator[str]:
    yield f"{word} on PostgreSQL {server.version}, {server.origin}"
    if stage.substrate == "thread" and stage.target.substrate is None:
        yield "each session runs in a thread: something here keeps sessions or connections by thread"
