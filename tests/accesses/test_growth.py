"""The work that a history takes grows as its length does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from fuzz.accesses import transactions_of
from fuzz.transactions import Transactions
from tests.accesses.by_hand import long_history


def calls_made(work: Callable[[], Any]) -> int:
    """How many Python functions are called: a measure of work that is the same on every machine."""
    made = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal made
        made += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return made


def test_four_times_the_transactions_take_four_times_the_work() -> None:
    smaller, larger = long_history(100), long_history(400)
    transactions_of(smaller)  # statements are parsed once
    assert calls_made(lambda: transactions_of(larger)) < 5 * calls_made(lambda: transactions_of(smaller))


def test_a_row_that_all_write_is_read_as_the_one_before_left_it() -> None:
    found: Transactions = transactions_of(long_history(50))
    hot = ("parents", ("0",))
    seen = [read for each in found.all for read in each.reads if read.item == hot and read.certain]
    assert [(read.version, read.replaced) for read in seen][:3] == [(0, 1), (1, 2), (2, 3)]
    assert len(found.versions[hot]) == 51
