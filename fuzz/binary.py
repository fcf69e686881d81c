"""Bytes as people read them: PostgreSQL writes them in hexadecimal, in which no word is to be seen."""

from __future__ import annotations

import re

_BYTES = re.compile(r"\\x(?:[0-9a-f]{2})+")


def is_binary(text: str) -> bool:
    """Whether a value's text is that of a `bytea`."""
    return _BYTES.fullmatch(text) is not None


def legible(text: str) -> str:
    r"""A value's text; that of bytes as Python writes them: `b'Ann\x00'` for `\x416e6e00`."""
    return repr(bytes.fromhex(text[2:])) if is_binary(text) else text
