"""A step as a reader sees it in its session's lane: a statement, its table, its rows, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from fuzz.history import Failure, History, Step, Table, Write
from fuzz.report.effects import effects_of, verb_of
from fuzz.report.interest import changed, interest_of, telling
from fuzz.report.results import Read, computed, rows_read
from fuzz.report.statement import Reading, assigned, parameters, read_statement, sought
from fuzz.report.values import cut, is_moment, named, named_row, shown

_MOST = 6
"""Lines that one statement's rows may take."""

_GAP = "    "


class Cells:
    """Renders the steps of one history.

    Args:
        history: whose.
        width: characters that a line may take.
    """

    def __init__(self, history: History, width: int) -> None:
        self._tables = history.tables
        self._broken = {commit.step: commit.broken for commit in history.commits}
        self._effects = effects_of(history)
        self._interest = interest_of(history)
        self._width = width

    def statement(self, step: Step) -> list[str]:
        """The lines of a statement, without how it came to its end."""
        reading = read_statement(step.sql)
        rows = list(self._rows(step, reading))
        lines = [f"{reading.verb} {rows[0]}" if rows else reading.verb]
        lines += [" " * (len(reading.verb) + 1) + row for row in rows[1:_MOST]]
        if len(rows) > _MOST:
            lines.append(" " * (len(reading.verb) + 1) + f"... and {len(rows) - _MOST} more")
        lines += self._besides(step)
        return [cut(line, self._width) for line in lines]

    def failure(self, failure: Failure) -> str:
        """One line on an error."""
        return cut(f"! {failure.name}: {failure.message.partition(chr(10))[0]}", self._width)

    def _rows(self, step: Step, reading: Reading) -> Iterator[str]:
        if not reading.table:
            return
        table = self._tables.get(reading.table)
        if table is None:
            yield reading.table
        elif not reading.writes:
            yield from self._read(step, reading, table)
        elif step.number in self._effects.writes:
            yield from (self._written(write, step, reading) for write in self._effects.writes[step.number])
        else:
            yield self._meant(step, reading, table)

    def _read(self, step: Step, reading: Reading, table: Table) -> Iterator[str]:
        reads = rows_read(step, self._tables)
        own = [read for read in reads if read.table == table.name]
        others = [read for read in reads if read.table != table.name and self._telling(read)]
        if not own:
            is_empty = step.settled and not step.rows and not step.failure
            what = ["(no row)"] if is_empty else _pairs(computed(step))
            yield self._fit(self._name(step, table), what, reading)
        elif not any(map(self._telling, own)):
            yield self._listed(own, self._name(step, table))
        else:
            yield from (self._found(step, read, reading) for read in own)
        yield from (self._found(step, read, reading) for read in others)

    def _listed(self, reads: Sequence[Read], name: str) -> str:
        """Rows of one table of which nothing but the key is of interest; how many, where even the key is not there."""
        table = self._tables[reads[0].table]
        keys = [named_row(table, read.values).partition(" ")[2] for read in reads]
        if all(keys):
            return f"{table.name} {', '.join(keys)}"
        return f"{name}{_GAP}({len(reads)} row{'s' if len(reads) > 1 else ''})"

    def _telling(self, read: Read) -> list[str]:
        return telling(self._tables[read.table], read.values, self._interest)

    def _found(self, step: Step, read: Read, reading: Reading) -> str:
        table = self._tables[read.table]
        has_key = all(column in read.values for column in table.key)
        name = named_row(table, read.values) if has_key else self._name(step, table)
        return self._fit(name, [f"{c} {shown(read.values[c])}" for c in self._telling(read)], reading)

    def _written(self, write: Write, step: Step, reading: Reading) -> str:
        table = self._tables[write.table]
        return self._fit(named_row(table, write.row), _changes(write, table, assigned(step)), reading)

    def _meant(self, step: Step, reading: Reading, table: Table) -> str:
        """What a write that was not committed, or cannot be told from others, was to do."""
        if step.tag.endswith(" 0"):
            return self._fit(self._name(step, table), ["(no row)"], reading)
        values = parameters(step) if reading.verb == "INSERT" else assigned(step)
        texts = [f"{c} = {shown(values[c])}" for c in table.columns if c in values and not is_moment(values[c])]
        return self._fit(self._name(step, table), texts, reading)

    def _name(self, step: Step, table: Table) -> str:
        return named(table.name, sought(step, table) or ())

    def _fit(self, name: str, texts: Sequence[str], reading: Reading) -> str:
        """A row's name and as many of its columns as there is room for."""
        room = self._width - len(reading.verb) - 1 - len(name) - len(_GAP)
        kept = list(texts)
        while len(", ".join(kept)) > room and len(kept) > 1:
            kept.pop()
        told = ", ".join(kept) + (", ..." if len(kept) < len(texts) and len(", ".join(kept)) + 5 <= room else "")
        return f"{name}{_GAP}{told}" if told else name

    def _besides(self, step: Step) -> Iterator[str]:
        """What came of a step besides what it says."""
        for write in self._effects.besides.get(step.number, ())[:_MOST]:
            table = self._tables[write.table]
            yield "  " + self._fit(f"{verb_of(write)} {named_row(table, write.row)}", _changes(write, table), _NOTHING)
        for name, failure in self._broken.get(step.number, {}).items():
            yield f"! {name}: {failure.message.partition(chr(10))[0] or failure.name}"


_NOTHING = Reading("", "", {}, {})


def _pairs(values: Mapping[str, str | None]) -> list[str]:
    return [f"{name} {shown(value)}" for name, value in values.items()]


def _changes(write: Write, table: Table, assigned: Iterable[str] = ()) -> list[str]:
    """What became of a row's columns; an UPDATE that writes what was there before is told, too."""
    if write.after is None:
        return []
    if write.before is None:
        return [
            f"{column} {shown(value)}"
            for column, value in write.after.items()
            if value is not None and column not in table.key and not is_moment(value)
        ]
    columns = list(dict.fromkeys([*changed(write.before, write.after), *(c for c in assigned if c in write.after)]))
    plain = [column for column in columns if not is_moment(write.after[column])]
    return [
        f"{column} {shown(write.before.get(column))} -> {shown(write.after[column])}" for column in plain or columns
    ]
