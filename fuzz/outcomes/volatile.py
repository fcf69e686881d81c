"""What differs between two runs of one serial order, and so says nothing about the order."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

Path = tuple[Hashable, ...]
"""The way to a part of a result or a JSON document: keys, and "*" for any position in a list; () is the whole."""


@dataclass(frozen=True, slots=True)
class Volatile:
    """What is left out when outcomes are compared.

    Attributes:
        columns: (table, column).
        documents: (table, column, path) inside a JSON column or an array.
        results: (operation, path) inside what its calls return; with the path (), all of how they end.
        uuids: (table, column) where others than the sessions' dice make up UUIDs, as the server or a clock: these are
            not left out, but compared as generated ids.
    """

    columns: frozenset[tuple[str, str]] = frozenset()
    documents: frozenset[tuple[str, str, Path]] = frozenset()
    results: frozenset[tuple[str, Path]] = frozenset()
    uuids: frozenset[tuple[str, str]] = frozenset()

    def __or__(self, other: Volatile) -> Volatile:
        """What either leaves out."""
        return Volatile(
            self.columns | other.columns,
            self.documents | other.documents,
            self.results | other.results,
            self.uuids | other.uuids,
        )
