"""The order that transactions have without any row: within a session, and by the clock.

A transaction comes before every one that began after its end. Only the pairs with none between are told, for the
others follow from them: as many as transactions run at once, for each transaction (as in Elle's `realtime-graph`).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Literal

from fuzz.isolation.dependency import Dependency
from fuzz.transactions import Transaction, Transactions


def process_order(transactions: Transactions) -> Iterator[Dependency]:
    """From each committed transaction to the next that its session began after it."""
    sessions: defaultdict[str, list[Transaction]] = defaultdict(list)
    for transaction in transactions.all:
        if transaction.committed:
            sessions[transaction.session].append(transaction)
    for own in sessions.values():
        yield from _order(own, "process")


def realtime_order(transactions: Transactions) -> Iterator[Dependency]:
    """From each committed transaction to those that began next after its end, whoever they are of."""
    yield from _order([transaction for transaction in transactions.all if transaction.committed], "realtime")


def _order(transactions: Iterable[Transaction], kind: Literal["process", "realtime"]) -> Iterator[Dependency]:
    for before, after in _next_after(transactions):
        yield Dependency(before.number, after.number, kind, None, before.last, after.first)


def _next_after(transactions: Iterable[Transaction]) -> Iterator[tuple[Transaction, Transaction]]:
    """Pairs of which the first ended before the second began, and none lies wholly between them."""
    running = deque(sorted(transactions, key=lambda transaction: (transaction.ended, transaction.number)))
    over: dict[int, Transaction] = {}  # have ended, and nothing that began after their end has
    preceding: dict[int, tuple[Transaction, ...]] = {}
    for transaction in sorted(running, key=lambda transaction: (transaction.first, transaction.number)):
        while running[0].ended < transaction.first:
            ended = running.popleft()
            for earlier in preceding.pop(ended.number):
                over.pop(earlier.number, None)
            over[ended.number] = ended
        preceding[transaction.number] = tuple(over.values())
        for earlier in preceding[transaction.number]:
            yield earlier, transaction
