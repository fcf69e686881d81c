from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from fuzz.errors import TargetError
from fuzz.lookup import find_target, targets_in
from fuzz.plain import from_json, to_json

ONE = """
from fuzz import Target

class Shop(Target):
    pass
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current directory, and what is imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if _is_within(tmp_path, sys.modules[name]):  # of all else there is but one
            del sys.modules[name]


def _is_within(folder: Path, module: ModuleType) -> bool:
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return any(place is not None and Path(place).is_relative_to(folder) for place in places)


def refusal(word: str) -> str:
    with pytest.raises(TargetError) as refused:
        find_target(word)
    return str(refused.value)


def test_a_target_is_found_in_a_module_by_name() -> None:
    assert find_target("models:Network").__name__ == "Network"


def test_a_target_that_is_alone_in_its_module_needs_no_name() -> None:
    assert find_target("models.zoo.lost_bump").__name__ == "LostBump"


def test_what_a_module_imports_counts_by_name(folder: Path) -> None:
    (folder / "front.py").write_text("from models.network import Network" + ONE)
    assert find_target("front.py:Network").__module__ == "models.network"
    assert find_target("front.py").__name__ == "Shop"


def test_what_a_module_imports_counts_when_it_defines_nothing(folder: Path) -> None:
    (folder / "front.py").write_text("from models.network import Network")
    assert list(targets_in("front.py")) == ["front.py:Network"]


def test_a_target_is_found_in_a_file_whose_folder_stays_off_the_path(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "shop.py").write_text(ONE)
    before = list(sys.path)
    assert find_target("below/shop.py:Shop") is find_target("below/shop.py")
    assert sys.path == before


def test_the_same_path_in_another_directory_is_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "shop.py").write_text(f"said = {name!r}{ONE}")
        monkeypatch.chdir(folder / name)
        assert sys.modules[find_target("shop.py").__module__].said == name


def test_modules_are_found_in_the_current_directory(folder: Path) -> None:
    (folder / "nearby_shop.py").write_text(ONE)
    assert find_target("nearby_shop:Shop").__name__ == "Shop"


def test_an_enum_of_a_target_file_comes_back_in_another_process(folder: Path) -> None:
    (folder / "shop.py").write_text(ONE + "\nfrom enum import Enum\nColour = Enum('Colour', 'RED', module=__name__)\n")
    module = sys.modules[find_target("shop.py").__module__]
    stored = to_json(module.Colour.RED)
    del sys.modules[module.__name__]
    assert from_json(stored).name == "RED"


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    assert refusal("models:Nope") == "models has no target Nope.\nIts targets: Network, Sessions."


def test_one_of_several_must_be_named() -> None:
    assert "models has 2 targets.\nName one: models:Network, models:Sessions." in refusal("models")


def test_a_module_without_targets_is_told(folder: Path) -> None:
    (folder / "empty.py").write_text("")
    assert "empty.py has no target." in refusal("empty.py")


@pytest.mark.parametrize("word", ["", ":Name", "models:", "models:a b", "models:Network:x"])
def test_a_word_that_is_no_target_is_told(word: str) -> None:
    assert "is no TARGET" in refusal(word)


@pytest.mark.parametrize("word", ["nowhere_at_all:X", "models.nowhere:X"])
def test_a_module_that_is_not_there_is_told(word: str) -> None:
    assert f"There is no module {word.removesuffix(':X')}." in refusal(word)


def test_a_file_that_is_not_there_is_told() -> None:
    assert "There is no file nowhere/shop.py." in refusal("nowhere/shop.py:X")


@pytest.mark.parametrize("word", ["shops", "shops/", "./shops", "shops.py", ".", "shops:Shop", "shops/:Shop"])
def test_a_folder_is_told_to_be_one_with_what_to_name_instead(folder: Path, word: str) -> None:
    where = word.removesuffix(":Shop")
    (folder / where).mkdir(exist_ok=True)
    told = f"{where} is a folder, and a target is in a file.\nName the file, as in {Path(where) / 'file.py'}:Name, or"
    assert refusal(word).startswith(told)


def test_a_module_that_misses_another_says_which_and_where(folder: Path) -> None:
    (folder / "shop.py").write_text("\nimport not_there_at_all\n")
    message = refusal("shop.py")
    assert "ModuleNotFoundError: No module named 'not_there_at_all' (shop.py:2)" in message


def test_an_import_that_raises_says_what_and_where(folder: Path) -> None:
    (folder / "prices.py").write_text("def price():\n    return int('cheap')\n")
    (folder / "shop.py").write_text("from prices import price\nprice()\n")
    sys.path.insert(0, str(folder))
    message = refusal("shop.py")
    assert "shop.py cannot be imported: ValueError: invalid literal" in message
    assert "(prices.py:2)" in message


@pytest.mark.parametrize(("source", "error"), [("x = = 1", "SyntaxError"), ("raise SystemExit(3)", "SystemExit: 3")])
def test_a_module_that_cannot_run_says_so(folder: Path, source: str, error: str) -> None:
    (folder / "shop.py").write_text(source)
    message = refusal("shop.py")
    assert error in message
    assert "shop.py:1" in message


def test_an_operation_without_a_strategy_is_told(folder: Path) -> None:
    (folder / "shop.py").write_text(
        "from fuzz import Target, operation\nclass Shop(Target):\n    @operation\n    def buy(self, session, what): ..."
    )
    assert "operation buy of Shop: argument 'what' has no strategy." in refusal("shop.py:Shop")


def test_a_base_for_targets_is_none() -> None:
    assert "base for targets and none itself" in refusal("models.reference:_Reference")


@pytest.mark.parametrize("word", ["models.tables:Base", "tables.py:metadata"])
def test_a_base_of_mappers_is_not_taken_yet(folder: Path, word: str) -> None:
    (folder / "tables.py").write_text("from models.tables import Base\nmetadata = Base.metadata")
    assert "operations derived from mappers are not built yet" in refusal(word)


def test_something_else_is_no_target() -> None:
    assert "models.seed:fill is no subclass of fuzz.Target" in refusal("models.seed:fill")
