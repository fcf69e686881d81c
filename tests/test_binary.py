from __future__ import annotations

import pytest

from fuzz.binary import legible


def test_words_in_bytes_can_be_read() -> None:
    assert legible("\\x416e6e00") == "b'Ann\\x00'"


@pytest.mark.parametrize("text", ["", "Ann", "\\x", "\\x4", "\\xAB", "416e6e", "see \\x41"])
def test_any_other_text_is_left_as_it_is(text: str) -> None:
    assert legible(text) == text
