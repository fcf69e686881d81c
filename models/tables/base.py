"""The declarative base of all tables, and what a changed row means for others."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from sqlalchemy.orm import DeclarativeBase

# Of two sessions that delete a row, the second finds none. The versioned standardattributes row, written
# next, makes that a StaleDataError; a warning before it would add nothing.
UNCONFIRMED: Final[dict[str, Any]] = {"confirm_deleted_rows": False}


class Base(DeclarativeBase):
    """The base of all tables.

    Attributes:
        revises_on_change: names of many-to-one relations; a row that is added, changed or deleted is a change of
            the resources that they lead to.
    """

    revises_on_change: ClassVar[tuple[str, ...]] = ()
