"""A server to work on, and a scratch database in it."""

from __future__ import annotations

from fuzz.postgres.scratch import Scratch
from fuzz.postgres.server import Server, open_server

__all__ = ["Scratch", "Server", "open_server"]
