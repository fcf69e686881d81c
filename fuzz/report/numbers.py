"""Numbers that may have more digits than anybody reads."""

from __future__ import annotations

from decimal import Decimal

LONG = 12
"""Digits that are still written out."""

MOST = 4000
"""Digits that programs still read as a number: Python takes no more than 4,300 if nothing else is said."""


def in_words(number: int) -> str:
    """A number for people: all its digits, or two of them and the power of ten that it comes to."""
    return f"{number:,}" if number < 10**LONG else _power(number)


def in_json(number: int) -> int | str:
    """A number for programs: exact, but where it has more digits than they read."""
    return number if number < 10**MOST else _power(number)


def _power(number: int) -> str:
    """Such as "3.2*10^13", or "10^54": not off by more than a twentieth. Floats would end at 10^308."""
    digits, power = f"{Decimal(number):.1e}".split("e+")
    return f"10^{power}" if digits == "1.0" else f"{digits.removesuffix('.0')}*10^{power}"
