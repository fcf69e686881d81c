from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from tests.traces.statements import Effects, Statements


@pytest.fixture(scope="module")
def effects(server: Server) -> Iterator[Effects]:
    with server.scratch() as scratch, closing(Stage(Statements(), scratch)) as stage:
        yield Effects(stage)
