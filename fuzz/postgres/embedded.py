"""A server of our own, for one run: on a private Unix socket, gone with the process that started it."""

from __future__ import annotations

import select
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import URL

from fuzz.errors import ServerError
from fuzz.postgres.account import server_owner
from fuzz.postgres.cluster import copy_of, last_lines, template
from fuzz.postgres.directory import private_directory, temporary_parent
from fuzz.postgres.installation import Installation
from fuzz.postgres.sentinel import sentinel
from fuzz.postgres.settings import EMBEDDED

GUARD = """
"$@" &
server=$!
exec >&-  # the server alone holds it: its end of file tells that the server is gone
while read -r _; do :; done
# A background job ignores SIGQUIT until the server in it has set its own handler: so not once, but until it is gone.
while kill -QUIT $server 2>/dev/null; do sleep 0.02; done
"""

PATIENCE = 60.0
"""Seconds that a server may take to start: on a machine that is so slow, nothing else would work either."""


@contextmanager
def embedded_server(installation: Installation, settings: Mapping[str, str] = EMBEDDED) -> Iterator[URL]:
    """Start a server on a fresh copy of the kept data directory.

    Args:
        installation: the programs to run.
        settings: name -> value, in `postgresql.conf`'s words.

    Yields:
        How to connect to it. When the block is left, the server is gone and its directory removed.

    Raises:
        ServerError: it does not start; its own last words are in the message.
    """
    kept = template(installation)
    with private_directory(temporary_parent()) as private:
        data, log = private.path / "data", private.path / "log"
        copy_of(kept, data)
        with (
            log.open("wb") as stderr,
            sentinel(
                GUARD,
                *_command(installation, data, settings),
                owner=server_owner(),
                pass_fds=(private.lifeline,),
                stdout=subprocess.PIPE,
                stderr=stderr,
            ) as guard,
        ):
            assert guard.process.stdout is not None
            if not _is_ready(data, guard.process.stdout):
                said = last_lines(log.read_text(errors="replace"))
                raise ServerError(
                    f"PostgreSQL ({installation.origin}) does not start in {data}: {said}",
                    f"If its disk is full, set TMPDIR to another directory; if its files are broken, delete {kept}.",
                )
            socket = {"host": str(data), "port": settings["port"]}  # said in full: PGPORT may name another
            yield URL.create("postgresql+psycopg", username="postgres", database="postgres", query=socket)


def _command(installation: Installation, data: Path, settings: Mapping[str, str]) -> list[str]:
    settings = {**settings, "unix_socket_directories": str(data)}
    return [
        str(installation.bin / "postgres"),
        *("-D", str(data)),
        *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
    ]


def _is_ready(data: Path, server: IO[bytes]) -> bool:
    """Wait until the server takes connections (its lock file says so), or is gone."""
    lock = data / "postmaster.pid"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if lock.exists() and lock.read_text().rstrip().endswith("ready"):
            return True
        if select.select([server], [], [], 0.002)[0]:
            return False
    return False
