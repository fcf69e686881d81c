from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from fuzz.postgres import Scratch, Server, open_server

# A shell that starts a test run in the background has it ignore Ctrl-C, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One embedded server for the whole run."""
    with open_server() as opened:
        yield opened


@pytest.fixture
def scratch(server: Server) -> Iterator[Scratch]:
    """A fresh database for one test."""
    with server.scratch() as database:
        yield database
