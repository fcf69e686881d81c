"""Virtual environments with this project and one other in them, kept until what is in them changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.errors import ToolError

ROOT = Path(__file__).resolve().parent.parent
RECIPE = "recipe.txt"


def environment(folder: Path, requires: Sequence[str], modules: Mapping[str, str]) -> Path:
    """The Python of an environment that has rowrace, from this checkout, and what is asked for.

    Args:
        folder: where it is, or is to be; made again when it was made of anything else.
        requires: what pip is to install.
        modules: requirement -> the path of a module in its source archive that no wheel has; put where imports see it.

    Raises:
        ToolError: something could not be installed.
    """
    python = folder / "bin" / "python"
    recipe = _recipe(requires, modules)
    if _read(folder / RECIPE) != recipe:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        _pip(python, "install", "--editable", str(ROOT), *requires)
        for requirement, path in modules.items():
            _place(python, requirement, path)
        (folder / RECIPE).write_text(recipe)  # the last thing, so that a half-made environment is made again
    return python


def _recipe(requires: Sequence[str], modules: Mapping[str, str]) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    sources = [f"{path} of {requirement}" for requirement, path in modules.items()]
    return "\n".join([sys.version, *project["dependencies"], *requires, *sources])


def _read(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def _pip(python: Path, *words: str) -> None:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if ran.returncode:
        raise ToolError(f"{' '.join(words)} ended with {ran.returncode}: {ran.stderr}", "Try the same with pip.")


def _place(python: Path, requirement: str, path: str) -> None:
    (packages,) = python.parent.parent.glob("lib/python*/site-packages")
    with TemporaryDirectory() as sources:
        name = requirement.partition("==")[0]  # of this alone: what builds it may come as wheels
        _pip(python, "download", "--no-deps", "--no-binary", name, "--dest", sources, requirement)
        (archive,) = Path(sources).iterdir()
        with tarfile.open(archive) as files:
            (member,) = (each for each in files if each.name.partition("/")[2] == path)
            content = files.extractfile(member)
            assert content is not None, f"{path} is no file"
            (packages / Path(path).name).write_bytes(content.read())
