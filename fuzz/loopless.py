"""Code that asks for the event loop that runs, where none does: `def` is called, and only `async def` awaited."""

from __future__ import annotations

_WORDS = ("no running event loop", "There is no current event loop")
"""What asyncio says then."""


def remedy_for_loopless(message: str) -> str:
    """What to do where an exception says so; "" for any other."""
    return "It needs an event loop that runs: write it as `async def`." if message.startswith(_WORDS) else ""
