"""How many interleavings there are: what would have to be run if no two were equivalent."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, prod


def interleavings(lengths: Sequence[int]) -> int:
    """How many interleavings there are of sessions that take so many turns each: a multinomial coefficient."""
    return prod(comb(sum(lengths[: place + 1]), length) for place, length in enumerate(lengths))


def interleavings_within(switches: int, lengths: Sequence[int]) -> int:
    """How many of them take no more than so many context switches.

    One of n turns in r runs can be cut into p >= r pieces, each of one session, in comb(n - r, p - r) ways. How many
    there are with so many pieces is known, so that those with so many runs are found by inclusion and exclusion.
    """
    turns = sum(lengths)
    most = min(switches + 1, turns)
    pieces = _in_pieces(lengths, most)
    return sum(
        (-1) ** (runs - cut) * comb(turns - cut, runs - cut) * pieces[cut]
        for runs in range(most + 1)
        for cut in range(runs + 1)
    )


def _in_pieces(lengths: Sequence[int], most: int) -> Sequence[int]:
    """How many interleavings there are in 0, 1, 2 ... pieces, of which two in a row may be the same session's."""
    found = [1, *[0] * most]
    for length in filter(None, lengths):
        found = [
            sum(found[pieces - own] * comb(length - 1, own - 1) * comb(pieces, own) for own in range(1, pieces + 1))
            for pieces in range(most + 1)
        ]
    return found
