"""The calls that a target's operations can be made into, as one table: a call is then one drawn index.

Hypothesis deletes at most five adjacent choices, so a step that draws an operation and each argument by itself does
not shrink away (measured: four steps left instead of one, of ten).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fuzz.case import Call
from fuzz.errors import TargetError, ToolError
from fuzz.plain import to_json
from fuzz.target import Operation, Target

T = TypeVar("T")

MOST = 64
"""How many calls of one operation are in a table; where there can be more, another seed draws others."""


def call_table(target: type[Target], chance: int) -> tuple[Call, ...]:
    """All calls of a target's operations, or `MOST` of each where there are more.

    Every operation has as many places, whatever the number of its arguments. Simple calls come first.

    Args:
        target: whose operations.
        chance: seed of the drawing.

    Raises:
        TargetError: when there is no operation, or a strategy does not work.
        CaseError: when a case file cannot hold a drawn argument.
    """
    if not target.operations:
        raise TargetError(f"{target.__name__} has no operations.", "Mark at least one method with @operation.")
    return balanced([_calls(target, operation, chance) for operation in target.operations.values()])


def unique(table: Sequence[Call]) -> tuple[Call, ...]:
    """The calls of a table, each once."""
    return tuple({(call.operation, _key(call)): call for call in table}.values())


def simpler(call: Call, table: Sequence[Call]) -> list[Call]:
    """The calls of the same operation that come before a call, the simplest first."""
    return sorted({_key(other): other for other in table if _is_simpler(other, call)}.values(), key=_key)


def balanced(kinds: Sequence[Sequence[T]]) -> tuple[T, ...]:
    """One of each kind in turn, for as many rounds as the largest kind has; a kind that runs out begins anew."""
    rounds = max(map(len, kinds), default=0)
    return tuple(kind[place % len(kind)] for place in range(rounds) for kind in kinds)


def _is_simpler(other: Call, call: Call) -> bool:
    return other.operation == call.operation and _key(other) < _key(call)


def _calls(target: type[Target], operation: Operation, chance: int) -> list[Call]:
    """The calls of one operation: Hypothesis ends by itself when it has drawn every one there is."""
    found: dict[tuple[int, str], Call] = {}

    @seed(chance)
    @settings(
        max_examples=2 * MOST,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] # an odd metaclass
    )
    @given(st.tuples(*operation.strategies.values()))  # a dictionary is drawn in every order of its keys
    def draw(arguments: tuple[object, ...]) -> None:
        call = Call(operation.name, dict(zip(operation.strategies, arguments, strict=True)))
        if len(found) < MOST:
            found.setdefault(_key(call), call)

    try:
        draw()
    except ToolError:
        raise
    except Exception as error:
        raise TargetError(
            f"The arguments of operation {operation.name} of {target.__name__} cannot be drawn: "
            f"{type(error).__name__}: {error}",
            "Try its strategies by themselves with `.example()`.",
        ) from error
    return [found[key] for key in sorted(found)]


def _key(call: Call) -> tuple[int, str]:
    """Calls in order of simplicity: shortest first."""
    text = json.dumps(to_json(dict(call.arguments)), sort_keys=True)
    return len(text), text
