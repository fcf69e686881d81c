"""langchain-community==0.3.27: a key-value store in a table."""

from __future__ import annotations

from hypothesis import strategies as st
from langchain_community.storage import SQLStore
from langchain_community.storage.sql import Base

from fuzz import Target, operation


class Store(Target):
    """`mset` twice, of one key: UniqueViolation.

    Each deletes the key and inserts it anew; where it was not there, the DELETE locks nothing.
    """

    metadata = Base.metadata

    def open(self, url: str) -> SQLStore:
        return SQLStore(namespace="shop", db_url=url)

    @operation(key=st.sampled_from(["a", "b"]), value=st.sampled_from(["1", "2"]))
    def mset(self, app: SQLStore, key: str, value: str) -> None:
        app.mset([(key, value.encode())])

    @operation(key=st.sampled_from(["a", "b"]))
    def mget(self, app: SQLStore, key: str) -> list[bytes | None]:
        return app.mget([key])
