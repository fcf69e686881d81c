"""Waiting for what the server answers at once: awake for a moment, then asleep.

To wake up takes the machine longer than such an answer. Yet where several processes share its cores, who looks again
and again keeps the very server from answering.
"""

from __future__ import annotations

from collections.abc import Generator
from inspect import signature
from typing import Any, TypeVar

from psycopg.errors import _WaitTimeout
from psycopg.waiting import wait, wait_selector

AWAKE = 80e-6
"""Seconds to look again and again, which psycopg does when it is to wait for less than a millisecond."""

GLANCE = 0.1
"""Seconds between two looks for interrupts, asleep in between; an answer wakes up at once."""

TIMED = "timeout" in signature(wait_selector).parameters
"""Whether this psycopg (3.3.8 and later) can wait for a while only, in C, and leave an exchange to go on with."""

Result = TypeVar("Result")


def answer_to(exchange: Generator[Any, Any, Result], socket: int) -> Result:
    """Drive an exchange of psycopg's to its end.

    Args:
        exchange: which; what it sends has been sent.
        socket: the file descriptor that the server answers on.

    Raises:
        psycopg.Error: as the exchange does.
    """
    if TIMED:
        try:
            return wait(exchange, socket, AWAKE, AWAKE)
        except _WaitTimeout:
            pass  # gone on with below, where it would else become the context of what the server answers
    return wait(exchange, socket, GLANCE)
