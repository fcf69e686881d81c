"""Revision numbers only grow, by exactly one for each committed transaction that changes a row or its children.

Which children revise a row is the target's to say (`Target.revises`); without a change no number may grow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fuzz.checks.committed import Change, Committed, Key, key_of, name_of, whole
from fuzz.checks.evidence import Evidence
from fuzz.checks.returned import check_returned
from fuzz.checks.rules import Rules
from fuzz.history import Commit, History
from fuzz.violations import NeedlessBump, RevisionDecreased, SkippedRevision, StuckRevision, Violation


def check_revisions(of: Evidence) -> Iterator[Violation]:
    """Everything that is wrong with the committed revision numbers, then with those that calls returned."""
    history, rules = of.history, of.rules
    if rules.revision is None:
        return
    growth = _Growth(history, rules, rules.revision)
    for commit in history.commits:
        yield from growth.judge(commit)
    yield from check_returned(history, rules, rules.revision)


@dataclass(slots=True)
class _Growth:
    """Follows the committed revision numbers, and who gave them."""

    history: History
    rules: Rules
    revision: str
    committed: Committed = field(init=False)
    givers: dict[tuple[Key, int], Commit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.committed = Committed(self.history)

    def judge(self, commit: Commit) -> Iterator[Violation]:
        """What is wrong with the revision numbers that a commit left."""
        before = self._reached_before(commit)
        changes = self.committed.apply(commit)
        causes = self._causes(changes, before)
        for key, cause in causes.items():
            yield from self._judge_one(commit, key, cause, changes.get(key))
        for key, change in changes.items():
            if key not in causes and (values := self._values(change)) and values[0] != values[1]:
                has_grown = values[1] > values[0]
                yield self._needless(commit, key) if has_grown else self._decreased(commit, key, key, *values)
        for key, change in changes.items():
            if change.after is not None and (number := whole(change.after.get(self.revision))) is not None:
                self.givers[key, number] = commit

    def _reached_before(self, commit: Commit) -> dict[Key, set[Key]]:
        """Changed row -> the revisions it meant before the commit: a row that moves changes its old parent too."""
        reached: dict[Key, set[Key]] = {}
        for write in commit.writes:
            key = None if write.before is None else key_of(self.history.tables[write.table], write.before)
            if key is not None and write.before is not None:
                reached.setdefault(key, set()).update(self.committed.reached(write.table, write.before, self.rules))
        return reached

    def _causes(self, changes: Mapping[Key, Change], before: Mapping[Key, set[Key]]) -> dict[Key, Key]:
        """The rows whose revision number must grow -> a changed row because of which it must."""
        causes: dict[Key, Key] = {}
        for key, change in changes.items():
            if self._has_changed(key, change):
                after = set() if change.after is None else self.committed.reached(key[0], change.after, self.rules)
                for reached in sorted(before.get(key, set()) | after, key=repr):
                    causes.setdefault(reached, key)
        return causes

    def _has_changed(self, key: Key, change: Change) -> bool:
        if change.before is None or change.after is None:
            return True
        return any(
            change.before.get(column) != value
            for column, value in change.after.items()
            if column != self.revision and (key[0], column) not in self.rules.ignored
        )

    def _values(self, change: Change) -> tuple[int, int] | None:
        """A row's revision number before and after, where both are there."""
        if change.before is None or change.after is None:
            return None
        before, after = whole(change.before.get(self.revision)), whole(change.after.get(self.revision))
        return None if before is None or after is None else (before, after)

    def _judge_one(self, commit: Commit, key: Key, cause: Key, change: Change | None) -> Iterator[Violation]:
        """Whether a revision number that must grow has grown by one; a row that is new, or gone, has none to keep.

        Nor is anything said of one that is no whole number.
        """
        row = self.committed.row(key)
        values = self._values(Change(row, row) if change is None else change)
        if values is None:
            return
        if values[1] == values[0]:
            yield self._stuck(commit, key, cause, values[1])
        elif values[1] < values[0]:
            yield self._decreased(commit, key, cause, *values)
        elif values[1] > values[0] + 1:
            yield self._skipped(commit, key, cause, *values)

    def _stuck(self, commit: Commit, key: Key, cause: Key, value: int) -> Violation:
        giver = self.givers.get((key, value))
        if giver is None:
            why = f"it is still {value}."
        else:
            why = (
                f"it is {value}, which session {giver.session} had committed at step {giver.step} for a change of its "
                "own. Two states carry one number: whoever compares numbers takes one for the other."
            )
        return StuckRevision(
            f"{self._who(commit)} committed a change of {name_of(cause)} at step {commit.step}, but the revision "
            f"number of {self._owner(key)} did not grow: {why}",
            operations=self._operations(commit),
            shape=(cause[0], key[0], "reused" if giver else "kept"),
            steps=(commit.step,) if giver is None else (giver.step, commit.step),
        )

    def _decreased(self, commit: Commit, key: Key, cause: Key, before: int, after: int) -> Violation:
        return RevisionDecreased(
            f"{self._who(commit)} committed revision {after} of {self._owner(key)} at step {commit.step}, where "
            f"{before} had been committed already: the number went down.",
            operations=self._operations(commit),
            shape=(cause[0], key[0]),
            steps=(commit.step,),
        )

    def _skipped(self, commit: Commit, key: Key, cause: Key, before: int, after: int) -> Violation:
        return SkippedRevision(
            f"{self._who(commit)} took the revision number of {self._owner(key)} from {before} to {after} in one "
            f"transaction, at step {commit.step}.",
            operations=self._operations(commit),
            shape=(cause[0], key[0]),
            steps=(commit.step,),
        )

    def _needless(self, commit: Commit, key: Key) -> Violation:
        return NeedlessBump(
            f"{self._who(commit)} committed a new revision number of {self._owner(key)} at step {commit.step}, but "
            "changed nothing of it, nor of what revises it.",
            operations=self._operations(commit),
            shape=(key[0],),
            steps=(commit.step,),
        )

    def _owner(self, key: Key) -> str:
        """A row with a revision number, and the row that keeps its number there, where it is another's."""
        owners = self.committed.children(key, self.rules)
        return name_of(key) + (f" ({', '.join(map(name_of, owners))})" if owners else "")

    def _who(self, commit: Commit) -> str:
        if commit.call < 0:
            return f"The end of session {commit.session}'s program"
        return f"{self.history.case.programs[commit.session][commit.call]} in session {commit.session}"

    def _operations(self, commit: Commit) -> tuple[str, ...]:
        return () if commit.call < 0 else (self.history.case.programs[commit.session][commit.call].operation,)
