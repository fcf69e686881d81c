"""`targets`: what can be fuzzed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fuzz.errors import TargetError
from fuzz.lookup import targets_in
from fuzz.report.values import printable
from fuzz.survey import modules_with_targets
from fuzz.target import Target


def targets(
    module: Annotated[
        str | None,
        typer.Argument(
            metavar="MODULE", help="A module or a file; default: whatever below the current directory imports fuzz."
        ),
    ] = None,
) -> None:
    """List targets with their operations."""
    found = _survey() if module is None else targets_in(module)
    if not found:
        where = module or f"the packages and files of {Path.cwd()}"
        raise TargetError(f"There is no target in {where}.", "A target is a subclass of fuzz.Target; see README.md.")
    for word, target in found.items():
        typer.echo(printable(_described(word, target)))


def _survey() -> dict[str, type[Target]]:
    """The targets of the current directory; a module that cannot be imported is told and passed over."""
    found: dict[str, type[Target]] = {}
    for where in modules_with_targets(Path.cwd()):
        try:
            here = targets_in(where)
        except TargetError as error:
            typer.echo(f"rowrace: {printable(str(error))}", err=True)
            continue
        found |= {word: target for word, target in here.items() if target not in found.values()}
    return found


def _described(word: str, target: type[Target]) -> str:
    first = (target.__doc__ or "").strip().partition("\n")[0] if "__doc__" in vars(target) else ""
    operations = [f"    {each.name}({', '.join(each.strategies)})" for each in target.operations.values()]
    invariants = [f"    invariant {name}" for name in target.invariants]
    return "\n".join([f"{word}   {first}".rstrip(), *operations, *invariants])
