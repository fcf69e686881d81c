"""What is said before the first case is run."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.engine.stage import Stage
from fuzz.engine.styles import is_async
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
    yield f"{carried(stage)}; {_styled(stage)}" if stage.target.substrate is None else _styled(stage)


def carried(stage: Stage) -> str:
    """What the sessions run in."""
    if stage.substrate == "thread":
        return "each session runs in a thread: something here keeps sessions or connections by thread"
    return "sessions run as greenlets of one thread"


def _styled(stage: Stage) -> str:
    awaited = [is_async(operation.function) for operation in stage.target.operations.values()]
    if not any(awaited):
        return "operations are called"
    return "operations are awaited" if all(awaited) else f"{sum(awaited)} of {len(awaited)} operations are awaited"
