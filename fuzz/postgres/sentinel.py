"""Shell processes that clean up once this process is gone, in whatever way it went, `kill -9` included.

A sentinel reads a pipe that only its beneficiaries hold open. The kernel closes a dead process' end of it, so that the
end of file needs nobody's cooperation.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import DEVNULL, Popen
from typing import IO

from fuzz.postgres.account import start_as

_held: set[int] = set()


def _let_go() -> None:
    """Close the pipes in a forked child: it must not keep alive what belongs to its parent."""
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_let_go)


@dataclass(frozen=True, slots=True)
class Sentinel:
    """A shell process at the other end of a pipe.

    Attributes:
        process: the shell.
        lifeline: the pipe's write end; a child that gets it in `pass_fds` puts the end of file off until it ends too.
    """

    process: Popen[bytes]
    lifeline: int


@contextmanager
def sentinel(
    script: str,
    *arguments: str,
    owner: int | None = None,
    pass_fds: tuple[int, ...] = (),
    stdout: int = DEVNULL,
    stderr: int | IO[bytes] = DEVNULL,
) -> Iterator[Sentinel]:
    """Run a shell script whose standard input ends when this block, or this process, does.

    Args:
        script: for /bin/sh. It should wait for the end of its input, then clean up.
        *arguments: the script's `$1` and so on.
        owner: the user and group id to run as; None for our own.
        pass_fds: file descriptors that the script and its children inherit.
        stdout: as in `Popen`.
        stderr: as in `Popen`.

    Yields:
        The shell and our end of its pipe. Leaving the block waits until the shell has ended.

    Raises:
        OSError: the shell cannot be run by that account.
    """
    reading, writing = os.pipe()
    _held.add(writing)
    try:
        command = ["/bin/sh", "-c", f"trap '' INT TERM HUP\n{script}", "sentinel", *arguments]
        process = start_as(owner, command, stdin=reading, stdout=stdout, stderr=stderr, pass_fds=pass_fds)
    except BaseException:
        _close(writing)
        raise
    finally:
        os.close(reading)
    with process:
        try:
            yield Sentinel(process, writing)
        finally:
            _close(writing)


def _close(lifeline: int) -> None:
    if lifeline in _held:
        _held.remove(lifeline)
        os.close(lifeline)
