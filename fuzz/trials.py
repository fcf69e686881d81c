"""Trials of any number of targets on one server."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from fuzz.engine.stage import STEP_TIMEOUT, Stage
from fuzz.postgres import Server
from fuzz.target import Target
from fuzz.trial import Trial


class Trials:
    """Gives each target a stage of its own, laid out when it is first asked for and taken down at the end.

    Args:
        server: where.
        step_timeout: seconds after which a session that neither answers nor waits for another is given up.
    """

    def __init__(self, server: Server, step_timeout: float = STEP_TIMEOUT) -> None:
        self.server = server
        self._step_timeout = step_timeout
        self._stack = ExitStack()
        self._trials: dict[type[Target], Trial] = {}

    def of(self, target: type[Target], checks: tuple[str, ...] = ()) -> Trial:
        """What runs and judges a target's cases.

        Args:
            target: whose.
            checks: names of the checks that apply; empty: the target's. The first call for a target decides.

        Raises:
            ServerError: there is no scratch database to be had.
            TargetError: the target's schema or seed cannot be made.
        """
        if target not in self._trials:
            scratch = self._stack.enter_context(self.server.scratch())
            stage = Stage(target(), scratch, step_timeout=self._step_timeout)
            self._stack.callback(stage.close)
            self._trials[target] = Trial(stage, checks)
        return self._trials[target]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._stack.__exit__(kind, error, trace)
