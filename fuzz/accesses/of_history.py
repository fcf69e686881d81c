"""All transactions of a history, with what each read and wrote.

What cannot be told is told in every way that it may have been, so that whoever draws dependencies has at least all
that there are.
"""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.accesses.reader import Reader
from fuzz.accesses.segments import Segment, segments
from fuzz.accesses.versions import State
from fuzz.accesses.world import World
from fuzz.history import History
from fuzz.transactions import Transaction, Transactions, Version


def transactions_of(history: History) -> Transactions:
    """The transactions of a history, with the rows that they read and wrote.

    Only rows that somebody wrote and committed are in it: no dependency comes of any other.
    """
    found = segments(history)
    world = World(history, found)
    commits = {commit.step: number for number, commit in enumerate(history.commits)}
    numbers = {commits[each.last.number]: number for number, each in enumerate(found) if each.last.number in commits}
    return Transactions(
        tuple(
            [
                _transaction(number, segment, Reader(world, segment, commits.get(segment.last.number)))
                for number, segment in enumerate(found)
            ]
        ),
        {
            item: tuple([_version(state, numbers) for state in chain.states])
            for item, chain in world.rows.chains.items()
        },
    )


def _version(state: State, numbers: Mapping[int, int]) -> Version:
    writer = numbers.get(state.commit)
    return Version(writer, state.step, "committed" if state.final else "intermediate", state.gone, state.row)


def _transaction(number: int, segment: Segment, reader: Reader) -> Transaction:
    last = segment.last
    # What only read has been told what it read, however it ended, unless it was told to try again.
    counts = not segment.has_failed or not (segment.refused or any(each.writes for each in segment.statements))
    return Transaction(
        number=number,
        session=segment.session,
        calls=tuple(dict.fromkeys([step.call for step in segment.steps])),
        first=segment.steps[0].number,
        last=last.number,
        ended=last.settled,
        committed=segment.has_ended and last.failure is None and counts,
        reads=tuple(reader.reads()),
        writes=reader.own,
    )
