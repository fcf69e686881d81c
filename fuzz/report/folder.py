"""A finding's folder: the case, its timeline, and a test to commit."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from textwrap import fill

from fuzz.errors import ToolError
from fuzz.finding import Finding
from fuzz.report.timeline import finding_timeline, headline
from fuzz.report.values import printable

_TEST = '''"""{headline}

{story}

Red while the bug lives, green once it is fixed: it runs case.json, which lies beside this file.
"""

from pathlib import Path

from fuzz import replay


def test_{kind}_{id}() -> None:
    replay(Path(__file__).with_name("case.json"))
'''


def prepare_folder(out: Path) -> None:
    """Make the folder that findings' folders go to, and find out whether it can be written to.

    Raises:
        ToolError: it cannot.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=out, prefix=".rowrace-"):
            pass
    except OSError as error:
        raise _unwritable(out, error) from error


def write_folder(finding: Finding, out: Path) -> Path:
    """Write a finding's folder, whole or not at all; it takes the place of an older one.

    Args:
        finding: what to write.
        out: the folder that findings' folders go to.

    Returns:
        The finding's folder.

    Raises:
        ToolError: it cannot be written: the disk is full, or the folder is not ours to write to.
    """
    folder = out / finding.id
    _write(_files(finding, folder), folder)
    return folder


def write_doubtful(signature: str, case: str, out: Path) -> Path:
    """Write a case whose violation did not repeat: it is no finding, but somebody may want to look at it.

    Args:
        signature: the violation's.
        case: the case file's text.
        out: the folder that findings' folders go to.

    Returns:
        The case's folder.

    Raises:
        ToolError: it cannot be written.
    """
    folder = out / f"nondeterministic-{signature}"
    _write({"case.json": case + "\n"}, folder)
    return folder


def _write(files: Mapping[str, str], folder: Path) -> None:
    """Write a folder beside its place, then put it there."""
    try:
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        try:
            for name, content in files.items():
                (made / name).write_text(content, encoding="utf-8")
            made.chmod(0o777 & ~_umask())
            _put_in_place(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _files(finding: Finding, folder: Path) -> dict[str, str]:
    return {
        "case.json": finding.case.dumps() + "\n",
        "timeline.txt": finding_timeline(finding, folder),
        f"test_{finding.id}.py": test_file(finding),
    }


def test_file(finding: Finding) -> str:
    """A pytest file that replays the case beside it."""
    return _TEST.format(
        headline=_quoted(fill(headline(finding.history, (finding.violation,)), 110)),
        story=_quoted(fill(finding.violation.story, 110)),
        kind=finding.violation.kind.replace("-", "_"),
        id=finding.id,
    )


def _quoted(text: str) -> str:
    """A text that may stand in a docstring."""
    return printable(text).replace("\\", "\\\\").replace('"""', "'''")


def _put_in_place(made: Path, folder: Path) -> None:
    """Rename; an older folder steps aside first, as a folder can only be renamed to one that is empty or not there."""
    if not folder.exists():
        made.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    folder.rename(aside / "old")
    made.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError) -> ToolError:
    return ToolError(
        f"{path} cannot be written: {error.strerror or error}.", "Free some space, or name another folder with --out."
    )
