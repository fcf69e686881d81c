"""Which values of arguments calls are refused for, as far as they have been run.

An id that nothing has, a revision from the future: operations share such values, and a call that one of them has spoilt
tells little. As with delta debugging (Zeller and Hildebrandt 2002), what two calls differ in is why one of them fails.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from fuzz.case import Call
from fuzz.plain import to_json

TIMES = 2
"""How often a value must have made the difference: once, the row may have been to blame that the call was about."""

Argument = tuple[str, str]
"""A name, and the value as JSON."""


class Refusals:
    """What calls that were run alone tell of the values that they were given."""

    def __init__(self) -> None:
        self._ran: defaultdict[str, list[tuple[frozenset[Argument], bool]]] = defaultdict(list)
        self._blamed: Counter[Argument] = Counter()
        self._passed: set[Argument] = set()

    def note(self, call: Call, passed: bool) -> None:
        """Learn from a call.

        Args:
            call: that was run.
            passed: whether it raised nothing.
        """
        mine = _arguments(call)
        for others, other_passed in self._ran[call.operation]:
            if passed != other_passed and len(mine - others) == 1:
                self._blamed.update(others - mine if passed else mine - others)
        self._passed.update(mine if passed else ())
        self._ran[call.operation].append((mine, passed))

    def foretell(self, call: Call) -> bool:
        """Whether a call has a value that made others fail, of any operation, and that none has been spared with."""
        return any(self._blamed[each] >= TIMES and each not in self._passed for each in _arguments(call))


def _arguments(call: Call) -> frozenset[Argument]:
    return frozenset((name, json.dumps(to_json(value), sort_keys=True)) for name, value in call.arguments.items())
