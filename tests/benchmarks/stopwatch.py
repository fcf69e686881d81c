"""Where the time of a run goes: at every moment it is charged to one account."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from time import perf_counter
from typing import Any
from unittest.mock import patch


class Stopwatch:
    """Charges the time since the last change to the account that was open; the innermost account is the open one.

    It is asked from all lanes, which are greenlets of one thread: a lane that gives the turn back is left by the
    same call that entered it, so accounts close in the order they were opened.

    Attributes:
        seconds: by account.
        entered: how often each account was opened.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.entered: Counter[str] = Counter()
        self._account = ""
        self._whole = False
        self._since = perf_counter()

    def charging(self, account: str, function: Callable[..., Any], *, whole: bool) -> Callable[..., Any]:
        """A function whose time is charged to an account; `whole`: also that of what is charged elsewhere inside."""

        @wraps(function)
        def charged(*arguments: Any, **options: Any) -> Any:
            if self._whole:
                return function(*arguments, **options)
            outer = self._turn(account)
            self._whole = whole
            self.entered[account] += 1
            try:
                return function(*arguments, **options)
            finally:
                self._whole = False
                self._turn(outer)

        return charged

    @contextmanager
    def over(self, seams: Iterator[tuple[str, Any, str, bool]]) -> Iterator[None]:
        """Within it, each seam (account, owner, name of the function, whole) is charged."""
        with ExitStack() as stack:
            for account, owner, name, whole in seams:
                charged = self.charging(account, getattr(owner, name), whole=whole)
                stack.enter_context(patch.object(owner, name, charged))
            self._since = perf_counter()
            yield

    def _turn(self, account: str) -> str:
        now = perf_counter()
        outer, self._account = self._account, account
        self.seconds[outer] += now - self._since
        self._since = now
        return outer
