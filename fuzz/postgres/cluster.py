"""Data directories: one is initialised and kept, and each run works on a copy of it."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from pathlib import Path

from fuzz.errors import ServerError
from fuzz.postgres.account import server_owner, start_as
from fuzz.postgres.directory import (
    PrivateDirectory,
    cache_directory,
    copy_tree,
    give_to,
    keep,
    private_directory,
    temporary_parent,
    told_as_full,
)
from fuzz.postgres.installation import Installation

INITDB = (
    "--no-sync",
    "--wal-segsize=1",
    "--encoding=UTF8",
    "--locale=C",
    "--username=postgres",
    "--auth=trust",  # who gets into the private directory is the owner
)


def template(installation: Installation) -> Path:
    """The kept data directory for these programs, made if it is missing.

    Raises:
        ServerError: it cannot be made.
    """
    key = " ".join((installation.build, platform.machine(), *INITDB))
    kept = cache_directory() / f"data-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    if not kept.is_dir():
        _make(installation, kept)
    return kept


def _make(installation: Installation, kept: Path) -> None:
    """Initialise where the server's account may write, then take a copy of our own: nobody else may change it."""
    with private_directory(temporary_parent()) as private:
        _initdb(installation, private)
        with private_directory(kept.parent) as sibling, told_as_full(sibling.path):
            copy_tree(private.path / "data", sibling.path / "data")
            keep(sibling.path / "data", kept)


def _initdb(installation: Installation, private: PrivateDirectory) -> None:
    data = private.path / "data"
    with told_as_full(data):
        data.mkdir(mode=0o700)
        give_to(server_owner(), data)
    command = [str(installation.bin / "initdb"), *INITDB, f"--pgdata={data}"]
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with start_as(server_owner(), command, pass_fds=(private.lifeline,), **options) as process:
        output = process.communicate()[0].decode(errors="replace").strip()
    if process.returncode:
        raise ServerError(
            f"cannot initialise a data directory in {private.path}: {last_lines(output)}",
            "If the disk is full, free 200 MB there or set TMPDIR; if libraries are missing, try another PostgreSQL.",
        )


def copy_of(template: Path, target: Path) -> None:
    """Copy a kept data directory for the server to work on.

    Raises:
        ServerError: there is no room for it.
    """
    with told_as_full(target):
        copy_tree(template, target)
        give_to(server_owner(), target)


def last_lines(output: str) -> str:
    """What a program said last, where it tells why it failed."""
    return "\n".join(output.splitlines()[-5:])
