from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from fuzz import Target
from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from fuzz.trial import Trial

Stand = Callable[[type[Target]], Trial]


@pytest.fixture(scope="module")
def stand(server: Server) -> Iterator[Stand]:
    """Gives the trial of a target; the same one when it is asked for again."""
    trials: dict[type[Target], Trial] = {}
    with ExitStack() as stack:

        def trial_of(target: type[Target]) -> Trial:
            if target not in trials:
                scratch = stack.enter_context(server.scratch())
                trials[target] = Trial(stack.enter_context(closing(Stage(target(), scratch))))
            return trials[target]

        yield trial_of
