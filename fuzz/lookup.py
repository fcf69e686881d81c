"""How a TARGET word finds a target: `package.module:Name`, `path/to/file.py:Name`, or either without the name.

A file given by path is imported under a private name that spells out its path, so that whatever is stored by its
module's name (an enum among a case's arguments) is found again, and so that its folder stays off `sys.path`.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import sysconfig
import traceback
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TypeGuard

from sqlalchemy import MetaData

from fuzz.engine.chance import sleep_by_the_clock
from fuzz.engine.locks import locks_of_sessions
from fuzz.errors import TargetError, ToolError
from fuzz.target import Target

_PRIVATE = "_rowrace_file_"
_FOREIGN = (
    str(Path(__file__).resolve().parent),
    *{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")},
    "<",
)
"""Beginnings of the names of files that are not the user's."""


def find_target(word: str) -> type[Target]:
    """Find the target that a word names.

    Raises:
        TargetError: when there is none, or not just one, or its module cannot be imported.
    """
    where, name = _parts(word)
    module = _module(where)
    return _named(module, where, name) if name else _only(module, where)


def targets_in(where: str) -> Mapping[str, type[Target]]:
    """The targets of a module, by TARGET word.

    Args:
        where: a module's name or the path of a file. What it imports from elsewhere counts only if it defines none.

    Raises:
        TargetError: when it cannot be imported.
    """
    return {f"{where}:{name}": target for name, target in _targets(_module(where)).items()}


def _parts(word: str) -> tuple[str, str]:
    where, _, name = word.partition(":")
    if not where or (":" in word and not name.isidentifier()):
        raise TargetError(
            f"{word!r} is no TARGET.", "Write package.module:Name or path/to/file.py:Name, such as models:Network."
        )
    return where, name


def _named(module: ModuleType, where: str, name: str) -> type[Target]:
    known = ", ".join(_targets(module)) or "(none)"
    found = getattr(module, name, None)
    if found is None:
        raise TargetError(f"{where} has no target {name}.", f"Its targets: {known}.")
    if isinstance(found, MetaData) or (_has_metadata(found) and not _is_target(found)):
        raise TargetError(
            f"{where}:{name} is a declarative base or MetaData, and operations derived from mappers are not built yet.",
            "Write a subclass of fuzz.Target with operations, and name that.",
        )
    if not _is_target(found):
        raise TargetError(f"{where}:{name} is no subclass of fuzz.Target.", f"The targets of {where}: {known}.")
    if name.startswith("_"):
        raise TargetError(
            f"{where}:{name} is a base for targets and none itself: its name begins with an underscore.",
            f"The targets of {where}: {known}.",
        )
    return found


def _only(module: ModuleType, where: str) -> type[Target]:
    targets = _targets(module)
    if len(targets) == 1:
        return next(iter(targets.values()))
    if not targets:
        raise TargetError(f"{where} has no target.", "A target is a subclass of fuzz.Target; see `targets`.")
    words = ", ".join(f"{where}:{name}" for name in targets)
    raise TargetError(f"{where} has {len(targets)} targets.", f"Name one: {words}.")


def _targets(module: ModuleType) -> dict[str, type[Target]]:
    """The targets of a module by name: those defined there, or else those imported into it."""
    there = {name: value for name, value in vars(module).items() if _is_target(value) and not name.startswith("_")}
    own = {name: value for name, value in there.items() if value.__module__ == module.__name__}
    return own or there


def _is_target(value: object) -> TypeGuard[type[Target]]:
    return inspect.isclass(value) and issubclass(value, Target) and value is not Target


def _has_metadata(value: object) -> bool:
    return isinstance(getattr(value, "metadata", None), MetaData)


def _module(where: str) -> ModuleType:
    if where.endswith(".py") or os.sep in where or where in {os.curdir, os.pardir}:
        _require_file(where)
        name = _PRIVATE + where.encode().hex()
        if name in sys.modules and sys.modules[name].__file__ != str(Path(where).absolute()):
            del sys.modules[name]  # the same path from another directory is another file
        return _import(name, where)
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    module = _import(where, where)
    if getattr(module, "__file__", None) is None and Path(where).is_dir():  # Python takes any folder for a package
        _require_file(where)
    return module


def _require_file(where: str) -> None:
    path = Path(where)
    if path.is_dir():
        raise TargetError(
            f"{where} is a folder, and a target is in a file.",
            f"Name the file, as in {path / 'file.py'}:Name, or the module; `targets` lists all below {Path.cwd()}.",
        )
    if not path.is_file():
        raise TargetError(f"There is no file {where}.", f"Paths are relative to {Path.cwd()}.")


def _import(module: str, where: str) -> ModuleType:
    try:
        with locks_of_sessions(), sleep_by_the_clock():
            return importlib.import_module(module)
    except ToolError:
        raise
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            raise TargetError(
                f"There is no module {where}.", f"Modules are looked for in {Path.cwd()} and where Python looks."
            ) from error
        raise _raised(where, error) from error
    except (Exception, SystemExit) as error:
        raise _raised(where, error) from error


def _raised(where: str, error: BaseException) -> TargetError:
    return TargetError(
        f"{where} cannot be imported: {type(error).__name__}: {error} ({_line(error) or 'not in your own code'})",
        f"Try `python {where}`." if where.endswith(".py") else f'Try `python -c "import {where}"`.',
    )


def _line(error: BaseException) -> str:
    """The innermost line of the user's own code that the exception came through, as "file.py:line"."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_shown(error.filename)}:{error.lineno}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(_FOREIGN)]
    return f"{_shown(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""


def _shown(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file


class _Files(MetaPathFinder):
    """Finds the files that were given by path, under their private names."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_PRIVATE):
            return None
        file = Path(bytes.fromhex(fullname.removeprefix(_PRIVATE)).decode())
        return importlib.util.spec_from_file_location(fullname, file.absolute())


sys.meta_path.append(_Files())
