"""The drivers whose connections can be scheduled, one a file."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy import Dialect

from fuzz.errors import TargetError

_MODULES = {"asyncpg": "asyncpg", "psycopg": "psycopg3", "psycopg2": "psycopg2"}
"""SQLAlchemy's name of a driver -> the module here; imported when an engine first asks for it."""


def connect(dialect: Dialect, cargs: Any, cparams: Any) -> Any:
    """Make a connection that stops; None: the dialect does, by what has been put into its options.

    Args:
        dialect: of the engine that connects.
        cargs: what it would give the driver, in order.
        cparams: and by name.

    Raises:
        TargetError: when the driver is another.
    """
    if dialect.driver not in _MODULES:
        raise TargetError(
            f"An engine connects to the scratch database with the driver {dialect.driver}.",
            f"rowrace schedules {', '.join(sorted(_MODULES))}: use a URL that begins postgresql+psycopg://, say.",
        )
    module = import_module(f"{__name__}.{_MODULES[dialect.driver]}")
    return module.connect(dialect, cargs, cparams)
