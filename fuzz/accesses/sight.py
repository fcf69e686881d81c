"""What one transaction sees of a row, and how a look at it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fuzz.accesses.questions import Question, turns
from fuzz.accesses.versions import Chain
from fuzz.history import Step
from fuzz.transactions import Item, Read


@dataclass(slots=True)
class Sight:
    """The eyes of one transaction.

    Attributes:
        commit: its place among the history's commits; None for one that committed no write.
        own: the rows that it has written and committed, each with the place of the last state it made.
    """

    commit: int | None
    own: Mapping[Item, int]

    def seen(self, step: Step, chain: Chain, until: Sequence[int]) -> Sequence[int]:
        """The places of a row's states that a step may see.

        Args:
            step: that looks.
            chain: the row.
            until: the steps before which what it sees may have been committed. Its own writes it sees in any case.
        """
        place = self.own.get(chain.item, -1)
        while place >= 0 and chain.states[place].commit == self.commit:
            if chain.states[place].step < step.number:
                return (place,)
            place -= 1
        return (chain.committed(until[0]),) if len(until) == 1 else sorted(set(map(chain.committed, until)))

    def row(self, step: Step, chain: Chain, place: int, *, certain: bool, missed: bool = False) -> Read:
        """A look at a row; if it was not there or is missed in the result, at the condition on it."""
        return Read(step.number, chain.item, place, chain.next(place), missed or chain.states[place].gone, certain)

    def unmet(self, step: Step, chain: Chain, place: int, question: Question, *, certain: bool) -> Iterator[Read]:
        """A look at a condition that a row does not meet."""
        return self.answer(step, chain, place, question, answer=False, certain=certain)

    def answer(
        self, step: Step, chain: Chain, place: int, question: Question, *, answer: bool | None, certain: bool
    ) -> Iterator[Read]:
        """A look at what a row answers to a question, and at nothing else of it; none, if no other ever changes that.

        What it saw is the version since which the answer is the same; the first, where there was no other before.
        What the transaction has made of the row itself needs no look: who wrote the row before or after is told by
        the order of its versions.
        """
        if chain.states[place].commit == self.commit:
            return
        before, after = turns(question, chain, place, answer)
        if after is not None and chain.states[after.place].commit == self.commit:
            after = None
        if before is not None and after is not None and before.certain == after.certain:
            yield self._answer(step, chain, before.place, after.place, certain=certain and after.certain)
            return
        if before is not None:
            yield self._answer(step, chain, before.place, None, certain=certain and before.certain)
        if after is not None:
            yield self._answer(step, chain, 0, after.place, certain=certain and after.certain)

    def _answer(self, step: Step, chain: Chain, since: int, until: int | None, *, certain: bool) -> Read:
        return Read(step.number, chain.item, since, until, True, certain)

    def perhaps(self, step: Step, chain: Chain, places: Iterable[int], question: Question) -> Iterator[Read]:
        """What may have been a look at a row in any of some states."""
        for place in places:
            if question(chain.states[place]) is False:
                yield from self.unmet(step, chain, place, question, certain=False)
            else:
                yield self.row(step, chain, place, certain=False)
