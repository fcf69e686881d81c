"""What is asked of a row, and between which of its states the answer changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from fuzz.accesses.constraints import Look, values_of
from fuzz.accesses.versions import Chain, State
from fuzz.statements import Condition

Question = Callable[[State], bool | None]
"""What each state of a row answers: yes, no, or None where it cannot be told."""

FAR = 8
"""How many states before and after one are asked. What lies beyond is known to come before or after all the same, as
the versions of a row have an order; and so a row that is written again and again costs no more than others."""


def is_met(condition: Condition | None, parameters: Any) -> Question:
    """Whether a row meets the condition of a statement.

    Args:
        condition: of the row's table; None: nothing is known of it.
        parameters: the statement's.
    """

    def answer(state: State) -> bool | None:
        if state.row is None:
            return False
        return None if condition is None else condition.holds(state.row, parameters)

    return answer


def is_there(look: Look) -> Question:
    """Whether a row is one that a constraint looks for."""

    def answer(state: State) -> bool:
        return state.row is not None and not state.gone and values_of(state.row, look.columns) == look.values

    return answer


class Turn(NamedTuple):
    """A state of a row with another answer than the one next to it.

    Attributes:
        place: the state's.
        certain: whether that is told.
    """

    place: int
    certain: bool


def turns(question: Question, chain: Chain, place: int, answer: bool | None) -> tuple[Turn | None, Turn | None]:
    """Between which states of a row, as commits have left it, the answer is what it is at a place.

    Args:
        question: what is asked.
        chain: the row.
        place: of one of its states.
        answer: of this state.

    Returns:
        The first state with this answer, None where there was no other before; and the next with another.
    """
    finals = chain.finals
    later = bisect_right(finals, place)
    return _before(question, chain, finals[max(later - FAR - 1, 0) : later], answer), _after(
        question, chain, finals[later : later + FAR + 1], answer
    )


def _before(question: Question, chain: Chain, places: Sequence[int], answer: bool | None) -> Turn | None:
    since = places[-1]
    for before in reversed(places[:-1]):
        if (other := question(chain.states[before])) is not answer:
            return Turn(since, certain=other is not None)
        since = before
    return Turn(since, certain=False) if since else None


def _after(question: Question, chain: Chain, places: Sequence[int], answer: bool | None) -> Turn | None:
    for after in places[:FAR]:
        if (other := question(chain.states[after])) is not answer:
            return Turn(after, certain=other is not None)
    return Turn(places[FAR], certain=False) if len(places) > FAR else None
