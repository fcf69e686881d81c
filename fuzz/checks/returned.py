"""The revision number that a call returned is the one it committed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fuzz.checks.committed import Committed, Key, name_of, whole
from fuzz.checks.rules import Rules
from fuzz.history import Commit, History, Outcome
from fuzz.violations import Violation, WrongRevisionReturned


@dataclass(frozen=True, slots=True)
class _Promise:
    """A returned revision number, and the one that the call committed."""

    outcome: Outcome
    row: Key
    revision_row: Key
    returned: int
    committed: int
    commit: Commit


def check_returned(history: History, rules: Rules, revision: str) -> Iterator[Violation]:
    """Returned numbers that are neither what the call committed last nor what another committed since.

    A returned mapping is taken for a row when it has that row's primary key and a revision number, and the call
    has committed a new number for the row. Anything less certain is passed over.
    """
    committed = Committed(history)
    outcomes = {(outcome.session, outcome.call): outcome for outcome in history.outcomes}
    promises: dict[tuple[str, int, Key], _Promise] = {}
    given: list[tuple[int, Key, int]] = []
    for commit in history.commits:
        changes = committed.apply(commit)
        numbers = {
            key: number
            for key, change in changes.items()
            if change.after is not None and (number := whole(change.after.get(revision))) is not None
        }
        given.extend((commit.step, key, number) for key, number in numbers.items())
        outcome = outcomes.get((commit.session, commit.call))
        if outcome is None or outcome.failure is not None:
            continue
        for returned in _mappings(outcome.result):
            meant = {key: row for row, key in _meant(returned, committed, history, rules) if key in numbers}
            promised = whole(returned.get(revision))
            if promised is not None and len(meant) == 1:
                for key, row in meant.items():
                    promise = _Promise(outcome, row, key, promised, numbers[key], commit)
                    promises[commit.session, commit.call, row] = promise
    for promise in promises.values():
        if promise.returned not in set(_allowed(promise, given)):
            yield _wrong(promise)


def _allowed(promise: _Promise, given: list[tuple[int, Key, int]]) -> Iterator[int]:
    """What the call committed, and what was committed after it and before it returned."""
    for step, key, number in given:
        if key == promise.revision_row and promise.commit.step <= step <= promise.outcome.last:
            yield number


def _mappings(result: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(result, Mapping):
        yield result
        for value in result.values():
            yield from _mappings(value)
    elif isinstance(result, tuple):
        for value in result:
            yield from _mappings(value)


def _meant(
    returned: Mapping[str, Any], committed: Committed, history: History, rules: Rules
) -> Iterator[tuple[Key, Key]]:
    """The rows that a returned mapping can mean, each with the row that has its revision number."""
    for name, table in history.tables.items():
        if not table.key or not all(column in returned for column in table.key):
            continue
        row_key = (name, tuple(_as_stored(returned[column]) for column in table.key))
        row = committed.row(row_key)
        if row is None:
            continue
        if rules.revision in row:
            yield row_key, row_key
        for column, parent in rules.edges.get(name, ()):
            above = committed.row((parent, (row[column],)))
            if above is not None and rules.revision in above:
                yield row_key, (parent, (row[column],))


def _as_stored(value: Any) -> Any:
    """A key as the audit writes it, in JSON: a UUID is its text there."""
    return value if isinstance(value, int) else str(value)


def _wrong(promise: _Promise) -> Violation:
    outcome = promise.outcome
    return WrongRevisionReturned(
        f"{outcome.invocation} in session {outcome.session} returned revision {promise.returned} of "
        f"{name_of(promise.row)}, but committed {promise.committed} at step {promise.commit.step}: a compare-and-swap "
        "with the returned number would fail, or overwrite what the caller has not seen.",
        operations=(outcome.invocation.operation,),
        shape=(promise.row[0],),
        steps=(promise.commit.step,),
    )
