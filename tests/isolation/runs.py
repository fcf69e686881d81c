"""Random histories: with any reads, with any dependencies, and as databases of three levels run them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase

from hypothesis import strategies as st

from fuzz.transactions import Transactions
from tests.isolation.notation import transactions

ROWS = "xyz"


@st.composite
def programs(draw: st.DrawFn, most: int = 4) -> dict[int, list[tuple[str, str]]]:
    """Transaction -> what it does, in order: an act and a row."""
    act = st.tuples(st.sampled_from("rwp"), st.sampled_from(ROWS))
    count = draw(st.integers(2, most))
    return {number: draw(st.lists(act, min_size=1, max_size=4)) for number in range(1, count + 1)}


@st.composite
def turns(draw: st.DrawFn, program: dict[int, list[tuple[str, str]]]) -> list[int]:
    """Whose act is next, with one turn more for each transaction, to end it."""
    return draw(st.permutations([number for number, acts in program.items() for _ in range(len(acts) + 1)]))


@st.composite
def sessions(draw: st.DrawFn, program: dict[int, list[tuple[str, str]]]) -> dict[int, str]:
    return {number: draw(st.sampled_from("AB")) for number in program}


@st.composite
def serial(draw: st.DrawFn) -> Transactions:
    program = draw(programs(most=6))
    text = " ".join(
        " ".join(f"{act}{number}({row})" for act, row in acts) + f" {draw(st.sampled_from('cca'))}{number}"
        for number, acts in program.items()
    )
    return transactions(text, draw(sessions(program)))


@st.composite
def any_dependencies(draw: st.DrawFn) -> Transactions:
    """Any dependencies, each by a row of its own, and any order in time."""
    members = st.integers(1, draw(st.integers(2, 6)))
    kinds = st.sampled_from(draw(st.lists(st.sampled_from(["ww", "wr", "rw", "rw", "pw"]), min_size=1, max_size=4)))
    edge = st.tuples(members, members, kinds, st.sampled_from(["", "", "", "", "?"]))
    edges = [edge for edge in draw(st.lists(edge, min_size=2, max_size=12)) if edge[0] != edge[1]]
    mixed = draw(st.permutations(range(2 * len(edges)))) if draw(st.booleans()) else None
    return depending(edges, {number: draw(st.sampled_from("AB")) for number in range(1, 7)}, mixed)


def depending(
    edges: Sequence[tuple[int, int, str, str]],
    sessions: Mapping[int, str] | None = None,
    order: Sequence[int] | None = None,
) -> Transactions:
    """Transactions of which one depends on another: source, target, "ww", "wr", "rw" or "pw", and "?" for maybe."""
    acts: list[tuple[int, str]] = []
    orders: list[str] = []
    for row, (source, target, kind, maybe) in zip(ascii_lowercase, edges, strict=False):
        acts += _made_by(row, source, target, kind, maybe)
        orders += [f"[{row} {source} {target}]"] if kind == "ww" else []
    acts = [acts[place] for place in order] if order else acts
    return transactions(" ".join([*_each_ends_after_its_last(acts), *orders]), sessions)


def _made_by(row: str, source: int, target: int, kind: str, maybe: str) -> list[tuple[int, str]]:
    """Who does what, so that one transaction depends on another by a row."""
    if kind == "ww":
        return [(source, f"w{source}({row})"), (target, f"w{target}({row})")]
    if kind == "wr":
        return [(source, f"w{source}({row})"), (target, f"r{target}{maybe}({row}{source})")]
    return [(source, f"{kind[0]}{source}{maybe}({row}0)"), (target, f"w{target}({row})")]


def _each_ends_after_its_last(acts: Sequence[tuple[int, str]]) -> Iterator[str]:
    for place, (number, act) in enumerate(acts):
        yield act
        if all(other != number for other, _ in acts[place + 1 :]):
            yield f"c{number}"


@st.composite
def any_reads(draw: st.DrawFn) -> Transactions:
    """Any reads, dirty ones too, and versions in any order: more than a database would do."""
    program = draw(programs(most=5))
    left = {number: list(acts) for number, acts in program.items()}
    writers: dict[str, list[int]] = {row: [0] for row in ROWS}
    text: list[str] = []
    for number in draw(turns(program)):
        if not left[number]:
            text.append(f"{draw(st.sampled_from('ccca'))}{number}")
            continue
        act, row = left[number].pop(0)
        if act == "w":
            writers[row].append(number)
            text.append(f"w{number}({row})")
        else:
            maybe = draw(st.sampled_from(["", "", "", "?"]))
            text.append(f"{act}{number}{maybe}({row}{draw(st.sampled_from(writers[row]))})")
    for row in ROWS:
        order = draw(st.permutations(sorted(program)))
        text.append(f"[{row} {' '.join(map(str, order))}]")
    return transactions(" ".join(text), draw(sessions(program)))


def anything() -> st.SearchStrategy[Transactions]:
    """More than a database would do."""
    return any_dependencies() | any_reads()


@dataclass
class Database:
    """A database in which a row that one transaction wrote is written by another only after its end."""

    snapshots: bool
    text: list[str] = field(default_factory=list)
    began: dict[int, defaultdict[str, int]] = field(default_factory=dict)
    last: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    locks: dict[str, int] = field(default_factory=dict)

    def act(self, number: int, act: str, row: str) -> None:
        """Do it; a write that would have to wait, or that a snapshot forbids, is left out."""
        snapshot = self.began.setdefault(number, self.last.copy())
        own = self.locks.get(row) == number
        if act != "w":
            of = number if own else snapshot[row] if self.snapshots else self.last[row]
            self.text.append(f"{act}{number}({row}{of})")
        elif own or (row not in self.locks and not (self.snapshots and snapshot[row] != self.last[row])):
            self.locks[row] = number
            self.text.append(f"w{number}({row})")

    def end(self, number: int, commits: bool) -> None:
        self.text.append(f"{'c' if commits else 'a'}{number}")
        for row in [row for row, holder in self.locks.items() if holder == number]:
            del self.locks[row]
            if commits:
                self.last[row] = number


@st.composite
def on_a_database(draw: st.DrawFn, snapshots: bool) -> Transactions:
    """As READ COMMITTED or, with snapshots, REPEATABLE READ would run it."""
    program = draw(programs(most=5))
    database = Database(snapshots)
    left = {number: list(acts) for number, acts in program.items()}
    for number in draw(turns(program)):
        if left[number]:
            database.act(number, *left[number].pop(0))
        else:
            database.end(number, draw(st.sampled_from([True, True, True, False])))
    return transactions(" ".join(database.text), draw(sessions(program)))
