"""Transactions from the notation of the literature: "r1(x0) w2(x) c2 w1(x) c1".

r1(x)    transaction 1 reads row x: its own version, or the last that was committed
r1(x2)   it reads the version that transaction 2 made last; x0 is the seed
r1(x>3)  what it read is changed by transaction 3 only, not by who wrote x next
r1?(x)   it may have read x
p1(x)    it evaluates a condition that row x does not meet
w1(x)    it writes x; d1(x) deletes it
c1 a1    it commits, rolls back
e1       only now is its end answered
[x 2 1]  at the end: transaction 2's version of x comes before that of transaction 1

Transactions keep the numbers they are written with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from fuzz.isolation import Anomaly, Dependency
from fuzz.transactions import Item, Read, Transaction, Transactions, Version

_TOKEN = re.compile(
    r"(?P<act>[rpwd])(?P<who>\d+)(?P<maybe>\??)\((?P<row>[a-z]+)(?P<seen>\d*)(?:>(?P<by>\d+))?\)"
    r"|(?P<end>[cae])(?P<ender>\d+)"
    r"|\[(?P<ordered>[a-z]+)(?P<order>(?: \d+)+)\]"
)


def transactions(text: str, sessions: Mapping[int, str] | None = None) -> Transactions:
    """The transactions of a text; each has a session of its own unless `sessions` names it."""
    parse = _Parse()
    for token in _TOKEN.finditer(text):
        parse.take(token)
    assert _TOKEN.sub("", text).strip() == "", text
    return parse.result(sessions or {})


def item(row: str) -> Item:
    return ("rows", (row,))


def told(dependency: Dependency) -> str:
    """Such as "1 -rw x-> 2"."""
    row = " ".join(("", *dependency.item[1])) if dependency.item else ""
    return f"{dependency.source} -{dependency.kind}{row}-> {dependency.target}"


def witness(anomaly: Anomaly) -> str:
    return ", ".join(map(told, anomaly.cycle))


@dataclass(slots=True)
class _Seen:
    """A read, before it is known where the versions of its row come to stand."""

    step: int
    row: str
    version: Version | None
    by: int | None
    predicate: bool
    certain: bool


@dataclass(slots=True)
class _Parse:
    step: int = 0
    first: dict[int, int] = field(default_factory=dict)
    end: dict[int, int] = field(default_factory=dict)
    answered: dict[int, int] = field(default_factory=dict)
    committed: set[int] = field(default_factory=set)
    made: dict[str, list[Version]] = field(default_factory=dict)
    seen: dict[int, list[_Seen]] = field(default_factory=dict)
    order: dict[str, list[int]] = field(default_factory=dict)

    def take(self, token: re.Match[str]) -> None:
        if token["ordered"]:
            self.order[token["ordered"]] = [int(number) for number in token["order"].split()]
        elif token["end"] == "e":
            self.answered[int(token["ender"])] = self.step
        elif token["end"]:
            self.finish(int(token["ender"]), token["end"] == "c")
        else:
            self.act(token)

    def finish(self, who: int, commits: bool) -> None:
        self.step += 1
        self.first.setdefault(who, self.step)
        self.end[who] = self.answered[who] = self.step
        if commits:
            self.committed.add(who)

    def act(self, token: re.Match[str]) -> None:
        self.step += 1
        who, row = int(token["who"]), token["row"]
        self.first.setdefault(who, self.step)
        versions = self.made.setdefault(row, [])
        if token["act"] in "wd":
            versions.append(Version(who, self.step, gone=token["act"] == "d"))
            return
        of = None if token["seen"] == "" else int(token["seen"])
        by = int(token["by"]) if token["by"] else None
        seen = _Seen(self.step, row, self.visible(who, row, of), by, token["act"] == "p", not token["maybe"])
        self.seen.setdefault(who, []).append(seen)

    def visible(self, who: int, row: str, of: int | None) -> Version | None:
        """The version of one transaction, its own, or the last committed; None for the seed."""
        versions = self.made[row]
        if of is not None:
            return next((version for version in reversed(versions) if version.writer == of), None)
        own = [version for version in versions if version.writer == who]
        others = [version for version in versions if version.writer in self.committed]
        last = max(others, key=lambda version: (self.end[version.writer or 0], version.step), default=None)
        return own[-1] if own else last

    def result(self, sessions: Mapping[int, str]) -> Transactions:
        rows = {row: self.ordered(row) for row in self.made}
        writes: dict[int, dict[Item, int]] = {who: {} for who in self.first}
        for row, versions in rows.items():
            for index, version in enumerate(versions):
                if version is not None and version.writer is not None:
                    writes[version.writer][item(row)] = index
        return Transactions(
            tuple(self.transaction(who, rows, writes[who], sessions.get(who, f"S{who}")) for who in sorted(self.first)),
            {item(row): tuple(self.labelled(row, versions)) for row, versions in rows.items()},
        )

    def ordered(self, row: str) -> list[Version | None]:
        """The seed, then the versions in the order their transactions ended, or in the order given."""
        places = self.order.get(row, [])

        def place(version: Version) -> tuple[float, float, int]:
            writer = version.writer or 0
            return (places.index(writer) if writer in places else 0, self.end.get(writer, 1e9), version.step)

        return [None, *sorted(self.made[row], key=place)]

    def labelled(self, row: str, versions: list[Version | None]) -> list[Version]:
        return [Version(None, 0) if v is None else replace(v, state=self.state(row, v)) for v in versions]

    def state(self, row: str, version: Version) -> Literal["committed", "intermediate", "aborted"]:
        if version.writer not in self.committed:
            return "aborted"
        later = any(v.writer == version.writer and v.step > version.step for v in self.made[row])
        return "intermediate" if later else "committed"

    def transaction(
        self, who: int, rows: Mapping[str, list[Version | None]], writes: Mapping[Item, int], session: str
    ) -> Transaction:
        last = self.end.get(who, self.step)
        reads = tuple(self.read(seen, rows[seen.row]) for seen in self.seen.get(who, ()))
        first, ended = self.first[who], self.answered.get(who, last)
        return Transaction(who, session, (0,), first, last, ended, who in self.committed, reads, writes)

    def read(self, seen: _Seen, versions: list[Version | None]) -> Read:
        version = versions.index(seen.version)
        later = (
            index
            for index, v in enumerate(versions)
            if index > version and v is not None and self.state(seen.row, v) == "committed"
            if seen.by in {None, v.writer}
        )
        return Read(seen.step, item(seen.row), version, next(later, None), seen.predicate, seen.certain)
