from __future__ import annotations

import ast
import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from fuzz.case import Case, read_case
from fuzz.errors import ToolError
from fuzz.finding import Finding
from fuzz.report.folder import prepare_folder, write_doubtful, write_folder

Find = Callable[[Case], Finding]


def test_a_folder_holds_the_case_its_timeline_and_a_test(find: Find, deadlock: Case, tmp_path: Path) -> None:
    finding = find(deadlock)
    folder = write_folder(finding, tmp_path)
    assert folder == tmp_path / finding.id
    assert sorted(file.name for file in folder.iterdir()) == ["case.json", f"test_{finding.id}.py", "timeline.txt"]
    assert read_case(folder) == finding.case
    assert (folder / "timeline.txt").read_text().startswith("deadlock   transfer(1, 2) x transfer(2, 1)")


def test_the_test_tells_the_story_and_names_the_case_beside_it(find: Find, deadlock: Case, tmp_path: Path) -> None:
    finding = find(deadlock)
    finding.violation.story = 'a \\ and """ in it\x00'
    source = (write_folder(finding, tmp_path) / f"test_{finding.id}.py").read_text()
    docstring = ast.get_docstring(ast.parse(source))
    assert docstring is not None
    assert "a \\ and ''' in it\\x00" in docstring
    assert str(tmp_path) not in source
    assert f"def test_deadlock_{finding.id}() -> None:" in source


def test_an_older_folder_gives_way_and_nothing_else_is_left(find: Find, deadlock: Case, tmp_path: Path) -> None:
    finding = find(deadlock)
    (tmp_path / finding.id).mkdir()
    (tmp_path / finding.id / "old.txt").write_text("old")
    folder = write_folder(finding, tmp_path)
    assert not (folder / "old.txt").exists()
    assert list(tmp_path.iterdir()) == [folder]


def test_a_full_disk_leaves_the_older_folder_as_it_was(
    find: Find, deadlock: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = find(deadlock)
    folder = write_folder(finding, tmp_path)
    before = (folder / "case.json").read_text()

    def write_text(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", write_text)
    with pytest.raises(ToolError, match=rf"{finding.id} cannot be written: No space left on device"):
        write_folder(finding, tmp_path)
    assert (folder / "case.json").read_text() == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_case_that_did_not_repeat_is_kept_to_be_looked_at(deadlock: Case, tmp_path: Path) -> None:
    folder = write_doubtful("0badcafe", deadlock.dumps(), tmp_path)
    assert read_case(folder) == deadlock
    assert folder.name == "nondeterministic-0badcafe"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="file/findings cannot be written: Not a directory"):
        prepare_folder(tmp_path / "file" / "findings")
