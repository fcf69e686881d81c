from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.postgres import Scratch
from tests.engine.counters import BY_BOTH, on
from tests.soak.scale import scaled

pytestmark = pytest.mark.soak


@pytest.mark.parametrize(("target", "way"), BY_BOTH)
@pytest.mark.parametrize("substrate", ["greenlet", "thread"])
def test_each_driver_gives_one_history_in_every_replay(scratch: Scratch, target: Any, way: str, substrate: str) -> None:
    calls = (Call(way),)
    crossed = Case("counting", "rc", {"A": calls, "B": calls}, tuple("ABAABB"))
    with closing(Stage(on(substrate, target)(), scratch)) as stage:
        digests = {stage.run(crossed).digest() for _ in range(scaled(1000))}
    assert len(digests) == 1
