"""Ids that a run made up, recognised wherever they turn up: as numbers, as UUIDs, as bytes, inside text."""

from __future__ import annotations

import re
from base64 import standard_b64encode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeGuard
from uuid import UUID

from fuzz.history import Minted

UUID_BYTES = 16
"""What uuid4 draws."""

HEX = "hexadecimal"

_NUMBER = re.compile(r"[1-9]\d{5,18}(?!\d)")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_HEXADECIMAL = re.compile(r"[0-9a-f]{8,}")
_SHORTEST, _LONGEST = 4, 256
"""Bytes of a draw that makes an id: fewer might be met by chance, more are no id."""


def is_uuid(value: Hashable) -> TypeGuard[str]:
    """Whether a value is a UUID as PostgreSQL writes it."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


class Id(NamedTuple):
    """An id that a run made up.

    Attributes:
        kind: what made it up; an id of one kind never stands for one of another.
        name: which one it is, in this run.
    """

    kind: Hashable
    name: Hashable


class Found(NamedTuple):
    """An id inside a text: where it begins and ends there, and the form in which it stands there."""

    start: int
    end: int
    form: str
    id: Id


@dataclass(frozen=True, slots=True)
class Hole:
    """What is left of a value when the ids are taken out of it: the kinds of ids and their forms, the text between."""

    pieces: tuple[Hashable, ...]


class Blanked(NamedTuple):
    """A value without its ids, and the ids in the order in which they stood there."""

    hole: Hole
    ids: tuple[Id, ...]


class Ids:
    """Recognises the ids of one run.

    Args:
        minted: where they come from.
        constants: numbers that are no ids though a sequence may hand them out: the calls' own arguments.
        uuids: UUIDs that others than the sessions' dice made up: the server, or a clock.
    """

    def __init__(self, minted: Minted, constants: frozenset[int] = frozenset(), uuids: Iterable[UUID] = ()) -> None:
        self._ranges = sorted(minted.ranges)
        self._lows = [low for low, _ in self._ranges]
        self._constants = constants
        self._blanked: dict[Hashable, Blanked | None] = {}
        self._known: dict[Hashable, tuple[str, Id]] = {}
        self._prefixes: dict[str, tuple[str, Id]] = {}
        for draw in telling(minted.draws):
            self._add(Id(("dice", len(draw)), draw), forms_of(draw))
        for uuid in uuids:
            if uuid not in self._known:
                self._add(Id("uuid", uuid), _uuid_forms(uuid))
        self._texts = [(text, form, id_) for text, (form, id_) in self._known.items() if isinstance(text, str)]

    def _add(self, id_: Id, forms: Iterable[tuple[str, Hashable]]) -> None:
        for form, value in forms:
            self._known.setdefault(value, (form, id_))
            if isinstance(value, str) and form == HEX:
                self._prefixes.setdefault(value[:8], (value, id_))

    def blank(self, value: Hashable) -> Blanked | None:
        """A scalar without its ids; None when there are none in it."""
        if value not in self._blanked:  # columns' names and the like come up again and again
            self._blanked[value] = self._blank(value)
        return self._blanked[value]

    def _blank(self, value: Hashable) -> Blanked | None:
        if isinstance(value, int):
            return self._blank_number(value)
        if isinstance(value, str):
            return self._blank_text(value)
        if isinstance(value, bytes):
            return self._blank_bytes(value)
        if isinstance(value, Decimal):
            return self._blank_number(int(value)) if value.is_finite() and value == int(value) else None
        return self._blank_known(value) if isinstance(value, UUID) else None

    def _blank_number(self, value: int) -> Blanked | None:
        id_ = self._of_sequence(value)
        return self._blank_known(value) if id_ is None else Blanked(Hole((id_.kind,)), (id_,))

    def _of_sequence(self, number: int) -> Id | None:
        at = bisect_right(self._lows, number) - 1
        if at < 0 or number >= self._ranges[at][1] or number in self._constants:
            return None
        return Id(self._ranges[at], number)

    def _blank_known(self, value: Hashable) -> Blanked | None:
        found = self._known.get(value)
        return None if found is None else Blanked(Hole((found[1].kind, found[0])), (found[1],))

    def _blank_bytes(self, value: bytes) -> Blanked | None:
        found = self._blank_text(value.hex())
        return None if found is None else Blanked(Hole(("bytes", *found.hole.pieces)), found.ids)

    def _blank_text(self, text: str) -> Blanked | None:
        if len(text) < 6:  # noqa: PLR2004 - the shortest id in a text: base64 of four bytes, a number of six digits
            return None
        if (whole := self._blank_known(text)) is not None:
            return whole
        found = sorted(self._found(text), key=lambda found: (found.start, -found.end))
        return _cut(text, found) if found else None

    def _found(self, text: str) -> Iterator[Found]:
        """The ids in a text; two may overlap. Where two forms fit equally well, the more telling comes first."""
        if self._ranges:
            yield from self._numbers(text)
        for known, form, id_ in self._texts:
            start = text.find(known)
            while start >= 0:
                yield Found(start, start + len(known), form, id_)
                start = text.find(known, start + len(known))
        if self._prefixes:
            yield from self._shortened(text)

    def _numbers(self, text: str) -> Iterator[Found]:
        for match in _NUMBER.finditer(text):
            id_ = self._of_sequence(int(match[0]))
            if id_ is not None:
                yield Found(match.start(), match.end(), "digits", id_)

    def _shortened(self, text: str) -> Iterator[Found]:
        """Ids of which only the first hexadecimal digits are there, as in `uuid4().hex[:8]`."""
        for match in _HEXADECIMAL.finditer(text):
            whole, id_ = self._prefixes.get(match[0][:8], ("", None))
            if id_ is not None and whole.startswith(match[0]):
                yield Found(match.start(), match.end(), f"first {len(match[0])} digits", id_)


def _cut(text: str, found: list[Found]) -> Blanked:
    """Cut ids out of a text; they are in the order of their beginnings, and of two that overlap the first counts."""
    pieces: list[Hashable] = []
    ids: list[Id] = []
    done = 0
    for start, end, form, id_ in found:
        if start >= done:
            pieces += [text[done:start], id_.kind, form]
            ids.append(id_)
            done = end
    return Blanked(Hole((*pieces, text[done:])), tuple(ids))


def telling(draws: Iterable[bytes]) -> Iterator[bytes]:
    """The draws of the dice that make ids, each once."""
    return (draw for draw in dict.fromkeys(draws) if _SHORTEST <= len(draw) <= _LONGEST)


def forms_of(draw: bytes) -> Iterator[tuple[str, Hashable]]:
    """The forms in which a draw of the dice may turn up, as `secrets` and `uuid4` make them: (form, value) pairs.

    Two values in the same form may be equal, by chance: a form's name must not tell which of the two was found.
    """
    yield HEX, draw.hex()
    yield from _base64_forms(draw)
    if len(draw) == UUID_BYTES:
        yield from _uuid_forms(UUID(bytes=draw, version=4))


def _uuid_forms(uuid: UUID) -> Iterator[tuple[str, Hashable]]:
    yield "UUID", uuid
    yield "text of a UUID", str(uuid)
    yield "number of a UUID", uuid.int
    yield HEX, uuid.hex
    yield from _base64_forms(uuid.bytes)


def _base64_forms(content: bytes) -> Iterator[tuple[str, str]]:
    yield "base64", standard_b64encode(content).decode().rstrip("=")
    yield "base64", urlsafe_b64encode(content).decode().rstrip("=")
