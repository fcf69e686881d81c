"""The order that transactions have without any row: within a session, and by the clock.

A transaction comes before every one that began after its end. Only the pairs with none between are told, for the
others follow from them: as many as transactions run at once, for each transaction (as in Elle's `realtime-graph`).
A witness needs the others: without them it would come by everybody who ran in between.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
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


def straightened(cycle: tuple[Dependency, ...], transactions: Mapping[int, Transaction]) -> tuple[Dependency, ...]:
    """A cycle without those whom it only comes by on the way from one transaction to another that began after its end.

    Args:
        cycle: each dependency leads to where the next starts.
        transactions: by number, at least those of the cycle.
    """
    for length in range(len(cycle) - 1, 1, -1):
        for start in range(len(cycle)):
            turned = cycle[start:] + cycle[:start]
            if shortcut := _shortcut(turned[:length], transactions):
                return straightened((shortcut, *turned[length:]), transactions)
    return cycle


def _shortcut(stretch: tuple[Dependency, ...], transactions: Mapping[int, Transaction]) -> Dependency | None:
    """What leads from the start of a stretch to its end by such an order as it goes by already."""
    kinds = {dependency.kind for dependency in stretch}
    before, after = transactions[stretch[0].source], transactions[stretch[-1].target]
    if before.ended >= after.first:
        return None
    if before.session == after.session and kinds & {"process", "realtime"}:
        return _ordered(before, after, "process")
    return _ordered(before, after, "realtime") if "realtime" in kinds else None


def _order(transactions: Iterable[Transaction], kind: Literal["process", "realtime"]) -> Iterator[Dependency]:
    return (_ordered(before, after, kind) for before, after in _next_after(transactions))


def _ordered(before: Transaction, after: Transaction, kind: Literal["process", "realtime"]) -> Dependency:
    return Dependency(before.number, after.number, kind, None, before.last, after.first)


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
