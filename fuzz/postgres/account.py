"""The account that PostgreSQL's programs run as: it refuses root, so as root they run as `nobody`."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from subprocess import Popen
from typing import Any

NOBODY = 65534


def server_owner() -> int | None:
    """The user and group id that the server runs as, if that is not our own."""
    return NOBODY if os.geteuid() == 0 else None


def start_as(owner: int | None, command: list[str], **options: Any) -> Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C at the terminal does not reach it.

    Args:
        owner: the user and group id to run as; None for our own.
        command: the program and its arguments.
        **options: anything else that `Popen` takes.

    Raises:
        OSError: the program cannot be run by that account.
    """
    account: dict[str, Any] = {} if owner is None else {"user": owner, "group": owner, "extra_groups": []}
    # The environment may hold secrets, and on another account's process that account can read it.
    wanted = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in wanted if name in os.environ} | {"LC_ALL": "C"}
    return Popen[bytes](command, start_new_session=True, cwd="/", env=environment, **account, **options)


def can_enter(owner: int | None, directory: Path) -> bool:
    """Whether the account that the server runs as gets to a directory's contents."""
    if owner is None:
        return os.access(directory, os.W_OK | os.X_OK)
    path = directory.resolve()
    return all(each.is_dir() and each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents))
