"""The dependencies that transactions have by the rows they read and wrote."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from fuzz.isolation.dependency import Dependency
from fuzz.isolation.order import process_order, realtime_order
from fuzz.transactions import Item, Read, Transaction, Transactions, Version


def dependencies(transactions: Transactions) -> Iterator[Dependency]:
    """All dependencies among committed transactions.

    Args:
        transactions: of one history.

    Yields:
        By rows first, then by session and by time. The same two transactions may have several.
    """
    yield from data_dependencies(transactions)
    yield from process_order(transactions)
    yield from realtime_order(transactions)


def data_dependencies(transactions: Transactions) -> Iterator[Dependency]:
    """Those of them that rows make: "ww", "wr" and "rw"."""
    for item, versions in transactions.versions.items():
        yield from _overwrites(item, versions)
    for reader in transactions.all:
        if reader.committed:
            for read in reader.reads:
                yield from _of_read(reader, read, transactions.versions[read.item])


def _overwrites(item: Item, versions: tuple[Version, ...]) -> Iterator[Dependency]:
    """From the writer of each committed version to the writer of the next."""
    for before, after in pairwise(version for version in versions if version.state == "committed"):
        if before.writer is not None and after.writer is not None:
            yield Dependency(before.writer, after.writer, "ww", item, before.step, after.step)


def _of_read(reader: Transaction, read: Read, versions: tuple[Version, ...]) -> Iterator[Dependency]:
    """From the writer of what was read to the reader, and on to who replaced it."""
    seen = versions[read.version]
    if seen.writer == reader.number:
        return  # whoever replaced what the reader itself had written comes after it by "ww" already
    if seen.writer is not None and seen.state != "aborted":
        yield Dependency(
            seen.writer, reader.number, "wr", read.item, seen.step, read.step, read.predicate, read.certain
        )
    if read.replaced is None:
        return
    replacement = versions[read.replaced]
    if replacement.writer is not None and replacement.writer != reader.number:
        yield Dependency(
            reader.number,
            replacement.writer,
            "rw",
            read.item,
            read.step,
            replacement.step,
            read.predicate,
            read.certain,
        )
