"""Dependencies between transactions, in words that need no textbook."""

from __future__ import annotations

from fuzz.history import History
from fuzz.isolation import Dependency
from fuzz.transactions import Item, Transactions


def told(dependency: Dependency, transactions: Transactions) -> str:
    """One sentence on a dependency: who read or wrote what, at which steps."""
    one, other = (transactions.all[number].session for number in (dependency.source, dependency.target))
    row = "" if dependency.item is None else row_name(dependency.item)
    first, second = dependency.source_step, dependency.target_step
    match dependency.kind:
        case "rw":
            read = "asked for rows" if dependency.predicate else f"read {row}"
            missed = f", not seeing that {other} had" if second < first else f"; {other}"
            return f"{one} {read} at step {first}{missed} {_change(dependency, transactions, row)}."
        case "wr" if _is_gone(dependency, transactions, first):
            return f"{other} found at step {second} that {one} had deleted {row} at step {first}."
        case "wr":
            return f"{other} read at step {second} what {one} had made of {row} at step {first}."
        case "ww" if _is_gone(dependency, transactions, first):
            return f"{other} wrote {row} at step {second}, which {one} had deleted at step {first}."
        case "ww" if _is_gone(dependency, transactions, second):
            return f"{other} deleted {row} at step {second}, which {one} had written at step {first}."
        case "ww":
            return f"{other} wrote {row} at step {second} over what {one} had made of it at step {first}."
        case _:
            return f"{one} had ended before {other} began."


def _change(dependency: Dependency, transactions: Transactions, row: str) -> str:
    """What became of what was read."""
    step = dependency.target_step
    if dependency.predicate:
        return f"changed the answer at step {step} ({row})"
    return f"{'deleted' if _is_gone(dependency, transactions, step) else 'replaced'} it at step {step}"


def why(dependency: Dependency, transactions: Transactions) -> str:
    """A dependency as one line of a timeline's "why"."""
    one, other = (transactions.all[number].session for number in (dependency.source, dependency.target))
    return f"{one} -{dependency.kind}-> {other}   {_what(dependency, transactions)}"


def _what(dependency: Dependency, transactions: Transactions) -> str:
    row = "" if dependency.item is None else row_name(dependency.item)
    first, second = dependency.source_step, dependency.target_step
    maybe = "" if dependency.certain else "perhaps "
    written = "deleted" if _is_gone(dependency, transactions, first) else "written"
    match dependency.kind:
        case "rw" if dependency.predicate:
            return f"{row}, {maybe}asked for at step {first}, changed at step {second}"
        case "rw":
            replaced = "deleted" if _is_gone(dependency, transactions, second) else "replaced"
            return f"{row}, {maybe}read at step {first}, {replaced} at step {second}"
        case "wr":
            return f"{row}, {written} at step {first}, {maybe}read at step {second}"
        case "ww":
            overwritten = "deleted" if _is_gone(dependency, transactions, second) else "overwritten"
            return f"{row}, {written} at step {first}, {overwritten} at step {second}"
        case _:
            return f"ended at step {first}, before step {second}"


def _is_gone(dependency: Dependency, transactions: Transactions, step: int) -> bool:
    """Whether a step of a dependency deleted its row."""
    versions = () if dependency.item is None else transactions.versions[dependency.item]
    return any(version.gone for version in versions if version.step == step)


def row_name(item: Item) -> str:
    """A row for people: its table and primary key."""
    return f"{item[0]} {', '.join(item[1])}"


def session_calls(history: History, session: str, calls: tuple[int, ...]) -> tuple[str, ...]:
    """The operations of some calls of a session; of its end, none."""
    program = history.case.programs.get(session, ())
    return tuple(program[call].operation for call in calls if 0 <= call < len(program))
