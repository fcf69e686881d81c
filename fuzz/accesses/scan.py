"""What a statement read of one table: rows by themselves, and the condition that others did not meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from fuzz.accesses.questions import Question
from fuzz.accesses.sight import Sight
from fuzz.accesses.snapshots import newest
from fuzz.accesses.versions import Chain
from fuzz.history import Step
from fuzz.transactions import Item, Read


@dataclass(slots=True)
class Scan:
    """A statement's way through a table.

    Attributes:
        sight: whose statement it is.
        step: that sent it.
        question: whether a row meets its condition.
        told: the rows whose keys are in its result; None where the result does not tell all keys.
        overwritten: the rows that it has changed or deleted, and that are told already.
        until: the steps before which what it sees may have been committed.
        follows: whether it has waited, and goes from a row in its snapshot to the newest version.
        twice: whether it may read the table in two ways, one that follows and one that does not.
        keyed: whether the table has a primary key, so that a row's versions are known to be one row's.
        certain: whether it has certainly read the table, to the end.
    """

    sight: Sight
    step: Step
    question: Question
    told: AbstractSet[Item] | None
    overwritten: AbstractSet[Item]
    until: tuple[int, ...]
    follows: bool
    twice: bool
    keyed: bool
    certain: bool

    def reads(self, chains: Iterable[Chain]) -> Iterator[Read]:
        """What it read of the rows that can make a difference to it."""
        for chain in chains:
            seen = self.sight.seen(self.step, chain, self.until)
            last = self.sight.seen(self.step, chain, (newest(self.step),))[0] if self.follows else seen[-1]
            if chain.item in self.overwritten:
                if self.twice and last != seen[0]:
                    yield from self.sight.perhaps(self.step, chain, seen, self.question)
            elif last != seen[-1]:
                yield from self._followed(chain, seen, last)
            elif len(seen) > 1:
                yield from self.sight.perhaps(self.step, chain, seen, self.question)
            else:
                yield from self._seen(chain, last)

    def _seen(self, chain: Chain, place: int) -> Iterator[Read]:
        if self.told is not None and chain.item in self.told:
            yield self.sight.row(self.step, chain, place, certain=self.certain)
            return
        met = self.question(chain.states[place])
        if met is False:
            yield from self.sight.unmet(self.step, chain, place, self.question, certain=self.certain)
        elif self.told is None:
            yield self.sight.row(self.step, chain, place, certain=self.certain and met is True)
        else:
            yield self.sight.row(self.step, chain, place, missed=True, certain=False)

    def _followed(self, chain: Chain, seen: Sequence[int], last: int) -> Iterator[Read]:
        """A row of which something newer was committed while the statement waited."""
        if len(seen) == 1 and self.told is not None and chain.item in self.told and not self.twice:
            yield self.sight.row(self.step, chain, last, certain=self.certain)
            return
        first = self.question(chain.states[seen[0]])
        between = chain.states[seen[-1] + 1 : last + 1]
        gone = next((seen[-1] + number for number, state in enumerate(between, 1) if state.gone), None)
        if first is None or len(seen) > 1 or self.twice or not self.keyed or any(state.moved for state in between):
            places = {*seen, last} | ({gone} if gone is not None else set())
            yield from self.sight.perhaps(self.step, chain, sorted(places), self.question)
        elif first is False:
            yield from self.sight.unmet(self.step, chain, seen[0], self.question, certain=self.certain)
        elif gone is not None:
            yield self.sight.row(self.step, chain, gone, certain=self.certain)
        elif self.question(chain.states[last]) is None:
            yield from self.sight.perhaps(self.step, chain, (seen[0], last), self.question)
        else:
            yield from self._seen(chain, last)
