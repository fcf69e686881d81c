"""openai-agents==0.12.0, and 0.24.0: the items of a conversation in a table, async."""

from __future__ import annotations

from agents.extensions.memory import SQLAlchemySession
from agents.items import TResponseInputItem
from hypothesis import strategies as st

from fuzz import Target, operation


class _Conversation(Target):
    async def open(self, url: str) -> SQLAlchemySession:
        return SQLAlchemySession.from_url("ann", url=url, create_tables=True)


class _Begun(_Conversation):
    async def seed(self, app: SQLAlchemySession) -> None:
        await app.add_items([_item(word) for word in ("one", "two", "three")])


class FirstItems(_Conversation):
    """`add_items` twice, to a new conversation: IntegrityError, and an item is lost.

    Both find no such conversation and insert it.
    """

    async def seed(self, app: SQLAlchemySession) -> None:
        await app.clear_session()  # makes the tables

    @operation(word=st.sampled_from(["four", "five"]))
    async def add(self, app: SQLAlchemySession, word: str) -> None:
        await app.add_items([_item(word)])


class LastItem(_Begun):
    """`pop_item` twice: both get the same item.

    Each reads the last item and deletes it by key, and does not ask whether anything was deleted.
    """

    @operation
    async def pop(self, app: SQLAlchemySession) -> TResponseInputItem | None:
        return await app.pop_item()


class Cleared(_Begun):
    """`clear_session` against `add_items`: IntegrityError, the item's conversation is gone."""

    @operation(word=st.sampled_from(["four", "five"]))
    async def add(self, app: SQLAlchemySession, word: str) -> None:
        await app.add_items([_item(word)])

    @operation
    async def clear(self, app: SQLAlchemySession) -> None:
        await app.clear_session()


def _item(word: str) -> TResponseInputItem:
    return {"role": "user", "content": word}
