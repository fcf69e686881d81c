"""Where the embedded server's files are: private directories that never stay behind, and the cache that does."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fuzz.errors import ServerError
from fuzz.postgres.account import can_enter, server_owner
from fuzz.postgres.sentinel import sentinel

LONGEST = 70
"""Bytes: a socket's path may have about 100, and its directory and name take some of them."""

REMOVE = """
while read -r _; do :; done
rm -rf -- "$1"
"""


@dataclass(frozen=True, slots=True)
class PrivateDirectory:
    """A directory that is removed once nobody holds its lifeline.

    Attributes:
        path: where it is. Others may pass through it, as the server's own account must, but not list it.
        lifeline: a file descriptor for the `pass_fds` of a child that works in it.
    """

    path: Path
    lifeline: int


@contextmanager
def private_directory(parent: Path) -> Iterator[PrivateDirectory]:
    """Make a directory that goes with this block, or with this process if that is killed.

    Raises:
        ServerError: it cannot be made.
    """
    path = parent / f"rowrace-{secrets.token_hex(6)}"
    # The sentinel comes first: there is no moment at which a directory without one could be left behind.
    with sentinel(REMOVE, str(path)) as watch:
        with told_as_full(path):
            path.mkdir(mode=0o700)
            path.chmod(0o711)
        yield PrivateDirectory(path, watch.lifeline)


@contextmanager
def told_as_full(directory: Path) -> Iterator[None]:
    """Turn what the file system refuses into a ServerError that names the directory."""
    try:
        yield
    except OSError as error:
        raise ServerError(
            f"cannot write to {directory}: {error.strerror or error}",
            f"Free 200 MB there, or name other directories in TMPDIR (now {tempfile.gettempdir()}) and XDG_CACHE_HOME.",
        ) from error


def temporary_parent() -> Path:
    """The directory for what lives as long as one run.

    Raises:
        ServerError: the server's account gets into none, or their paths are too long for a socket's.
    """
    for candidate in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 - only a directory of a random name is made there
        path = Path(candidate).resolve()
        if len(os.fsencode(path)) <= LONGEST and can_enter(server_owner(), path):
            return path
    raise ServerError(
        f"the server can use no temporary directory: {tempfile.gettempdir()} is closed to it, or has too long a path",
        f"Set TMPDIR to a directory that is open to all and whose path is at most {LONGEST} bytes long.",
    )


def cache_directory() -> Path:
    """The directory for what is kept from run to run, made if it is missing.

    Raises:
        ServerError: it cannot be made.
    """
    path = _cache_path()
    with told_as_full(path):
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o755 if os.geteuid() == 0 else 0o700)
    return path


def _cache_path() -> Path:
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():
        return chosen / "rowrace"
    if os.geteuid() == 0:
        return Path("/var/cache/rowrace")
    try:
        home = Path.home()
    except RuntimeError as error:
        raise ServerError(
            "no cache directory: this account has no home directory", "Set XDG_CACHE_HOME to a directory of yours."
        ) from error
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "rowrace"


def keep(made: Path, kept: Path) -> None:
    """Move what was made in a private directory of the cache to the name it is kept under.

    A rename either happens or does not, and of two processes that make the same thing at once the first one's stays.
    """
    try:
        made.rename(kept)
    except OSError:
        if not kept.is_dir():
            raise


def copy_tree(source: Path, target: Path) -> None:
    """Copy a tree, stopping at the first thing that fails; links stay links, wherever they point to.

    Raises:
        OSError: what failed (`shutil.copytree` goes on instead and loses the error's number).
    """
    target.mkdir(mode=0o700)
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                copy_tree(source / entry.name, target / entry.name)
            else:
                shutil.copyfile(entry.path, target / entry.name, follow_symlinks=False)


def give_to(owner: int | None, directory: Path) -> None:
    """Change the owner of a tree, its root last: until then the new owner cannot get in and interfere."""
    if owner is not None:
        for path in (*directory.rglob("*"), directory):
            os.chown(path, owner, owner, follow_symlinks=False)
