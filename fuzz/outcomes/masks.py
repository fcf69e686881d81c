"""Messages without what differs between two orders of the same calls: numbers and ids."""

from __future__ import annotations

import re
from collections.abc import Iterable

_GENERATED = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"  # a UUID
    r"|\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b"  # a digest or a token in hexadecimal
    r"|-?\d+(?:[.,:]\d+)*",  # a number, a time of day
    re.IGNORECASE,
)


def masked(message: str, known: Iterable[str] = ()) -> str:
    """A message with its digits and ids masked.

    Args:
        message: of an exception.
        known: texts of ids that do not look like any.
    """
    for text in known:
        message = message.replace(text, "#")
    return _GENERATED.sub("#", message)
