"""Programs of simulated steps, scheduled without a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from random import Random

from fuzz.strategies import STRATEGIES, Strategy, Turn

Step = str
"""What a step does: "r x" reads x, "w x" writes it, "-" nothing that others could notice."""

Programs = Mapping[str, Sequence[Step]]

Order = list[tuple[str, int]]
"""Session and place in its program, as they were chosen."""


def conflict(one: Step, other: Step) -> bool:
    return "w" in one[0] + other[0] and one[2:] == other[2:] != ""


def schedule(programs: Programs, strategy: Strategy) -> Order:
    """The order in which a strategy lets steps be taken; a session is ready until its program is at its end."""
    done = dict.fromkeys(programs, 0)
    order: Order = []

    def next_step(session: str) -> Step:
        return programs[session][done[session]]

    while ready := [session for session in programs if done[session] < len(programs[session])]:
        chosen = strategy.choose(Turn(ready, lambda one, other: conflict(next_step(one), next_step(other))))
        assert chosen in ready
        order.append((chosen, done[chosen]))
        done[chosen] += 1
    return order


def lengths(programs: Programs) -> dict[str, int]:
    return {session: len(steps) for session, steps in programs.items()}


def rate(
    programs: Programs,
    is_hit: Callable[[Order], bool],
    make: str | Callable[[Mapping[str, int], Random], Strategy],
    runs: int = 4000,
) -> float:
    """How often a strategy meets what is looked for."""
    making = STRATEGIES[make] if isinstance(make, str) else make
    random = Random(1)
    return sum(is_hit(schedule(programs, making(lengths(programs), random))) for _ in range(runs)) / runs


def switches(order: Order) -> int:
    return sum(one[0] != other[0] for one, other in pairwise(order))


def comes_before(order: Order, *steps: tuple[str, int]) -> bool:
    """Whether steps are taken in the order that they are given."""
    places = [order.index(step) for step in steps]
    return places == sorted(places)
