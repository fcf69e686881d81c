"""Numbers that may have more digits than anybody reads."""

from __future__ import annotations

from math import log10

LONG = 12
"""Digits that are still written out."""

MOST = 4000
"""Digits that programs still read as a number: Python takes no more than 4,300 if nothing else is said."""


def in_words(number: int) -> str:
    """A number for people: all its digits, or the power of ten that it comes to."""
    return f"{number:,}" if number < 10**LONG else _power(number)


def in_json(number: int) -> int | str:
    """A number for programs: exact, but where it has more digits than they read."""
    return number if number < 10**MOST else _power(number)


def _power(number: int) -> str:
    return f"10^{round(log10(number))}"
