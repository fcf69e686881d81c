from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from tests.accesses.shop import Programmed, Shop


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(Shop(), scratch)) as stage:
        yield stage


@pytest.fixture(scope="module")
def programmed(server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(Programmed(), scratch)) as stage:
        yield stage
