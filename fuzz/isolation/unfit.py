"""Reads of what nobody should have seen: G1a and G1b. One read is enough, there need be no cycle."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.isolation.anomaly import Anomaly
from fuzz.isolation.dependency import Dependency
from fuzz.transactions import Transactions

_WORDS = {"aborted": ("aborted-read", "G1a"), "intermediate": ("intermediate-read", "G1b")}


def unfit_reads(transactions: Transactions) -> Iterator[Anomaly]:
    """Each read, by a committed transaction, of another's version that was rolled back or not its last."""
    for reader in transactions.all:
        for read in reader.reads if reader.committed else ():
            seen = transactions.versions[read.item][read.version]
            if seen.state == "committed" or seen.writer is None or seen.writer == reader.number:
                continue
            name, adya = _WORDS[seen.state]
            witness = Dependency(
                seen.writer, reader.number, "wr", read.item, seen.step, read.step, read.predicate, read.certain
            )
            both = (min(seen.writer, reader.number), max(seen.writer, reader.number))
            yield Anomaly(name, adya, (witness,), both, read.certain)
