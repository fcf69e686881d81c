"""Why an outcome is wrong: the phenomenon behind it, with its cycle, and what the serial orders would have left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fuzz.checks.differing import Apart, outcome
from fuzz.checks.grain import by_call
from fuzz.checks.remarks import remarks
from fuzz.checks.words import session_calls, told, why
from fuzz.history import History
from fuzz.isolation import Anomaly, Dependency, anomalies
from fuzz.statements import parse
from fuzz.transactions import Transactions
from fuzz.violations import IsolationViolation, LostUpdate, NoSerialOrder, StaleSessionRead, Violation

_BY_NAME: dict[str, type[Violation]] = {kind.kind: kind for kind in IsolationViolation.__subclasses__()}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an explanation rests on.

    Attributes:
        history: with the wrong outcome.
        transactions: its transactions.
        whole: whether a session's program is one call.
        apart: what sets the outcome apart from each serial order's.
    """

    history: History
    transactions: Transactions
    whole: bool
    apart: Sequence[Apart]


def explain(of: Explanation) -> Violation:
    """The violation that an outcome of no serial order is, under the name of what explains it.

    A cycle of transactions is looked for first, then one of calls: where a call reads in one transaction and writes
    in another, each by itself is beyond reproach.
    """
    besides = list(remarks(of.history))
    left = " ".join([*(remark.text for remark in besides), outcome(of.apart)])
    attempts = [each for each in of.transactions.all if each.committed]  # what was rolled back has been tried anew
    calls = by_call(replace(of.transactions, all=tuple(attempts)), whole=of.whole)
    for transactions, across in ((of.transactions, False), (calls, True)):
        found = _lost_update(transactions) or _telling(anomalies(transactions))
        if found is not None:
            return phenomenon(of.history, transactions, found, left, across=across)
    operations = {call.operation for calls in of.history.case.programs.values() for call in calls}
    tables = {item[0] for item in of.transactions.versions}
    return NoSerialOrder(
        f"{left} No cycle of reads and writes explains it.",
        operations=tuple(sorted(operations)),
        shape=tuple(sorted(tables)),
        steps=tuple(remark.step for remark in besides),
    )


def phenomenon(
    history: History, transactions: Transactions, found: Anomaly, left: str, *, across: bool = False
) -> Violation:
    """The violation that a phenomenon is.

    Args:
        history: where it was found.
        transactions: of which its cycle is.
        found: the phenomenon.
        left: a sentence on what came of it.
        across: whether each transaction of the cycle stands for all transactions of a call.
    """
    kind = _BY_NAME[found.name.removesuffix("-process").removesuffix("-realtime")]
    if across:
        kind = StaleSessionRead if kind is LostUpdate and _was_not_read_again(transactions, found) else NoSerialOrder
    sentences = [told(dependency, transactions) for dependency in found.cycle]
    sentences += _second_look(transactions, found, across=across)
    if across:
        sentences.append(
            "Each of these transactions by itself is fine, but a call goes on in one by what it saw in the one before."
        )
    if not found.certain:
        sentences.append("Which rows some of these statements looked at cannot be told for sure.")
    steps = sorted({step for each in found.cycle for step in (each.source_step, each.target_step) if step})
    return kind(
        " ".join([*sentences, left]),
        operations=_operations(history, transactions, found),
        shape=_shape(history, found, steps),
        steps=tuple(steps),
        why=tuple(why(dependency, transactions) for dependency in found.cycle),
    )


def _telling(found: Iterable[Anomaly]) -> Anomaly | None:
    """The first that is certain; where none is, the first."""
    known = list(found)
    return next((each for each in known if each.certain), known[0] if known else None)


def _was_not_read_again(calls: Transactions, found: Anomaly) -> bool:
    """Whether a call wrote over a change that it never saw: the write's own look at the row is none."""
    read, write = found.cycle[0], found.cycle[-1]
    return not any(
        calls.versions[look.item][look.version].step >= write.source_step
        for look in calls.all[read.source].reads
        if look.item == read.item and look.step != write.target_step
    )


def _second_look(transactions: Transactions, found: Anomaly, *, across: bool) -> Iterator[str]:
    """A row that was overwritten though it had been read again: what an object holds is not what was read last."""
    read, write = found.cycle[0], found.cycle[-1]
    if (read.kind, write.kind, read.item) != ("rw", "ww", write.item) or read.source != write.target:
        return
    reader = transactions.all[read.source]
    for look in reader.reads:
        sees = transactions.versions[look.item][look.version].step >= write.source_step
        if look.item == read.item and sees and not look.predicate and look.step < write.target_step:
            why_not = (
                "it wrote what it had from before, as merge() does"
                if across
                else "an object that the session has keeps its attributes then, unless populate_existing is given"
            )
            yield f"{reader.session} had read it again at step {look.step}, but {why_not}."
            return


def _lost_update(transactions: Transactions) -> Anomaly | None:
    """A transaction that wrote over what it had never seen of a row that it had read: whatever came in between."""
    for number, item in ((each.number, item) for each in transactions.all if each.committed for item in each.writes):
        versions = transactions.versions[item]
        own = next(place for place, version in enumerate(versions) if version.writer == number)
        lost, written = versions[own - 1], versions[own]
        looks = [
            read
            for read in transactions.all[number].reads
            if read.item == item and read.certain and not read.predicate and read.step != written.step
        ]
        if not looks or lost.writer is None or lost.writer == number or any(r.version >= own - 1 for r in looks):
            continue
        cycle = (
            Dependency(number, lost.writer, "rw", item, looks[-1].step, lost.step),
            Dependency(lost.writer, number, "ww", item, lost.step, written.step),
        )
        return Anomaly(LostUpdate.kind, "G-single", cycle, tuple(sorted((number, lost.writer))), certain=True)
    return None


def _operations(history: History, transactions: Transactions, found: Anomaly) -> tuple[str, ...]:
    return tuple(
        sorted(
            operation
            for number in found.transactions
            for operation in session_calls(history, transactions.all[number].session, transactions.all[number].calls)
        )
    )


def _shape(history: History, found: Anomaly, steps: Iterable[int]) -> tuple[str, ...]:
    """The tables on the cycle and the shapes of the statements that make it, in no order."""
    tables = {dependency.item[0] for dependency in found.cycle if dependency.item is not None}
    return (*sorted(tables), *sorted({parse(history.steps[step - 1].sql).shape for step in steps}))
