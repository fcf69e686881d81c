"""Why an outcome is wrong: the phenomenon behind it, with its cycle, and what the serial orders would have left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fuzz.checks.cause import most_telling
from fuzz.checks.differing import Apart, outcome
from fuzz.checks.grain import by_call, smallest_circle
from fuzz.checks.overwriting import lost_update
from fuzz.checks.remarks import remarks
from fuzz.checks.words import session_calls, told, why
from fuzz.history import History
from fuzz.isolation import Anomaly, anomalies
from fuzz.statements import parse
from fuzz.transactions import Transactions
from fuzz.violations import IsolationViolation, NoSerialOrder, StaleSessionRead, Violation

_BY_NAME: dict[str, type[Violation]] = {kind.kind: kind for kind in IsolationViolation.__subclasses__()}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an explanation rests on.

    Attributes:
        history: with the wrong outcome.
        transactions: its transactions.
        calls: its calls, as `fuzz.checks.grain.by_call` gives them: those that have to come out in some order.
        whole: whether a session's program is one call.
        apart: what sets the outcome apart from each serial order's.
    """

    history: History
    transactions: Transactions
    calls: Transactions
    whole: bool
    apart: Sequence[Apart]


def explain(of: Explanation) -> Violation:
    """The violation that an outcome of no serial order is, under the name of what explains it.

    A cycle of transactions is looked for first, then one of calls: where a call reads in one transaction and writes
    in another, each by itself is beyond reproach. Last, where no error was passed over, attempts that were rolled back
    count too: what they saw may have been kept.
    """
    besides = list(remarks(of.history))
    left = " ".join([*(remark.text for remark in besides), outcome(of.apart)])
    committed = tuple(each for each in of.transactions.all if each.committed)
    calls = by_call(replace(of.transactions, all=committed), whole=of.whole)
    attempts = () if besides else ((of.calls, True),)
    for transactions, across in ((of.transactions, False), (calls, True), *attempts):
        lost = lost_update(transactions)
        found = lost or most_telling(anomalies(transactions))
        if found is not None:
            kind = (StaleSessionRead if lost else NoSerialOrder) if across else None
            return phenomenon(of.history, transactions, found, left, across=kind)
    return _unexplained(of, f"{left} No cycle of reads and writes explains it.", [remark.step for remark in besides])


def _unexplained(of: Explanation, story: str, steps: Iterable[int]) -> Violation:
    circle = [of.calls.all[number] for number in smallest_circle(of.history, of.calls)]
    operations = (name for call in circle for name in session_calls(of.history, call.session, call.calls))
    tables = {item[0] for call in circle for item in call.writes}
    return NoSerialOrder(story, operations=tuple(sorted(operations)), shape=tuple(sorted(tables)), steps=tuple(steps))


def phenomenon(
    history: History,
    transactions: Transactions,
    found: Anomaly,
    left: str,
    *,
    across: type[Violation] | None = None,
) -> Violation:
    """The violation that a phenomenon is.

    Args:
        history: where it was found.
        transactions: of which its cycle is.
        found: the phenomenon.
        left: a sentence on what came of it.
        across: what it is called where each transaction of the cycle stands for all transactions of a call.
    """
    kind = across or _BY_NAME[found.name.removesuffix("-process").removesuffix("-realtime")]
    sentences = [told(dependency, transactions) for dependency in found.cycle]
    sentences += _second_look(transactions, found, across=across is not None)
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
                "its call goes by what it knew before: merge() writes that, and a second try may leave out a check"
                if across
                else "an object that the session has keeps its attributes then, unless populate_existing is given"
            )
            yield f"{reader.session} had read it again at step {look.step}, but {why_not}."
            return


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
