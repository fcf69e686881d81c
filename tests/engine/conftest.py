from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from tests.targets_for_engine import Acts, Lasting


@pytest.fixture(scope="module")
def stage(server: Server) -> Iterator[Stage]:
    """One stage for a file's tests: what a case leaves behind must not reach the next."""
    with server.scratch() as scratch, closing(Stage(Acts(), scratch, step_timeout=2)) as laid_out:
        yield laid_out


@pytest.fixture(scope="module")
def lasting(server: Server) -> Iterator[Stage]:
    """The same for sessions that live through their programs."""
    with server.scratch() as scratch, closing(Stage(Lasting(), scratch)) as laid_out:
        yield laid_out


@pytest.fixture
def fresh_stage(server: Server) -> Iterator[Stage]:
    """A stage that has run nothing yet."""
    with server.scratch() as scratch, closing(Stage(Acts(), scratch)) as laid_out:
        yield laid_out
