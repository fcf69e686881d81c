"""One case, run and judged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from fuzz.case import Case
from fuzz.checks import CHECKS, Evidence, judge
from fuzz.checks.counts import Counts, counts_of
from fuzz.checks.errors import fails_alone
from fuzz.checks.rules import rules_of
from fuzz.checks.spurious import spurious_in
from fuzz.engine.serial import order_of
from fuzz.engine.stage import Stage
from fuzz.errors import CaseError, TargetError
from fuzz.history import History
from fuzz.schema_changes import refuse_schema_changes
from fuzz.serial_orders import SerialOrders
from fuzz.traces import Trace, at_level
from fuzz.violations import Violation


@dataclass(frozen=True)
class Verdict:
    """What came of a case.

    Attributes:
        history: what happened.
        violations: what is wrong with it, the most telling first.
        alone: (operation, exception) pairs that were raised without any concurrency being needed.
        counts: what the calls did, and how they were refused.
    """

    history: History
    violations: tuple[Violation, ...]
    alone: tuple[tuple[str, str], ...]
    counts: Counts

    @cached_property
    def trace(self) -> Trace:
        """The history up to the order of what commutes."""
        return Trace(self.history)

    def violation(self, signature: str) -> Violation | None:
        """The violation with a signature, if it is there."""
        return next((found for found in self.violations if found.signature == signature), None)


class Trial:
    """Runs cases on a stage and judges them.

    Args:
        stage: where to run.
        checks: names of the checks that apply; empty: the target's.

    Raises:
        TargetError: the target names a check that there is not.
    """

    def __init__(self, stage: Stage, checks: tuple[str, ...] = ()) -> None:
        self.stage = stage
        self._checks = checks
        unknown = [name for name in (*checks, *stage.target.checks) if name not in CHECKS]
        if unknown:
            raise TargetError(
                f"{type(stage.target).__name__}.checks names {unknown[0]!r}, which is no check.",
                f"The checks are {', '.join(CHECKS)}.",
            )
        self._rules = rules_of(type(stage.target), stage.catalogue.named)
        self._orders = SerialOrders(stage)

    def __call__(self, case: Case, *, remember: bool = False) -> Verdict:
        """Run a case and judge it.

        Args:
            case: what is run.
            remember: whether its history stands for a serial order if it is one. That saves runs where many cases of
                the same programs follow; what differs by chance from one run of an order to the next goes unseen.

        Raises:
            CaseError: when it does not fit the target.
        """
        self._fits(case)
        self.stage.warm(chain.from_iterable(case.programs.values()))
        history = self.stage.run(case)
        if remember:
            self._orders.note(history)
        return self.judge(history)

    def is_serial(self, verdict: Verdict) -> bool:
        """Whether the calls of a case followed each other."""
        return order_of(self.stage, verdict.history) is not None

    def at_level(self, verdict: Verdict, level: str) -> Verdict | None:
        """What comes of a serial order at another isolation level, without running it again.

        Args:
            verdict: of the order, at its level.
            level: the other one, as a key of `fuzz.case.ISOLATION`.

        Returns:
            The same there; None where it is no serial order, or may come to something else.
        """
        serial = self.is_serial(verdict) and not self.stage.target.unscheduled
        history = at_level(verdict.history, level) if serial else None
        if history is None:
            return None
        if level != "ser":  # planned without indexes there, so that rows without an ORDER BY may come in another order
            self._orders.note(history)
        return replace(verdict, history=history)

    @contextmanager
    def like_new(self) -> Iterator[None]:
        """Within it, cases and their serial orders are run as in a process that has run nothing before."""
        outer, self._orders = self._orders, SerialOrders(self.stage)
        try:
            with self.stage.like_new():
                yield
        finally:
            self._orders = outer

    def judge(self, history: History) -> Verdict:
        """Judge a history of this stage, whose run has ended; serial orders of its calls are run when a check asks.

        Meanwhile the server puts the seed's rows back.

        Raises:
            TargetError: when an operation has changed the schema.
        """
        refuse_schema_changes(self.stage, history)
        self.stage.tidy_up()
        history = replace(history, case=replace(history.case, checks=history.case.checks or self._checks))
        rules = replace(self._rules, checks=history.case.checks or self._rules.checks)
        evidence = Evidence(history, rules, self._orders.of(history.case))
        return Verdict(
            history,
            tuple(judge(evidence)),
            tuple(fails_alone(evidence)) if "errors" in rules.checks else (),
            counts_of(history, spurious_in(evidence)),
        )

    def _fits(self, case: Case) -> None:
        operations = self.stage.target.operations
        name = type(self.stage.target).__name__
        for calls in case.programs.values():
            for call in calls:
                if call.operation not in operations:
                    raise CaseError(
                        f"The case calls {call.operation}, which {name} does not have.",
                        f"It has {', '.join(operations)}; is the case another target's, or older than a renaming?",
                    )
                if missing := set(operations[call.operation].strategies) - set(call.arguments):
                    raise CaseError(
                        f"The case does not give {call.operation} the argument {min(missing)!r}.",
                        "The operation has changed since the case was written; find the race anew with `run`.",
                    )
                if unknown := set(call.arguments) - set(operations[call.operation].strategies):
                    raise CaseError(
                        f"The case gives {call.operation} the argument {min(unknown)!r}, which it does not take.",
                        "The operation has changed since the case was written; find the race anew with `run`.",
                    )
