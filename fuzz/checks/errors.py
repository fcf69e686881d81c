"""What leaves an operation undeclared, and whether its session works again after it."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.checks.cause import cause_of
from fuzz.checks.evidence import Evidence, Serial
from fuzz.checks.hidden import Hidden, hidden_in
from fuzz.history import COME_TO, Failure, History, Outcome
from fuzz.loopless import remedy_for_loopless
from fuzz.violations import (
    Deadlock,
    DetachedInstance,
    ErrorViolation,
    HiddenError,
    Hung,
    IntegrityViolated,
    ObjectDeleted,
    PendingRollback,
    SerializationFailure,
    SessionBroken,
    StaleData,
    VanishedRow,
    Violation,
)

_BY_STATE: dict[str, type[ErrorViolation]] = {"40P01": Deadlock, "40001": SerializationFailure}
_BY_TYPE: dict[str, type[ErrorViolation]] = {
    "ObjectDeletedError": ObjectDeleted,
    "StaleDataError": StaleData,
    "IntegrityError": IntegrityViolated,
    "PendingRollbackError": PendingRollback,
    "DetachedInstanceError": DetachedInstance,
    "NoResultFound": VanishedRow,
}


_WAY_OUT = (
    " If it waits there for a lock in Python that another session holds: rowrace sees those that are made while it "
    "imports the target or runs it, and not this one. Give each session a service object of its own in `open`."
)


def check_errors(of: Evidence) -> Iterator[Violation]:
    """Exceptions that no serial order gives, undeclared or hiding a database error; broken sessions; and hangs."""
    history, serial = of.history, of.serial
    for session, why in history.hung.items():
        operation = _operation_at_end(history, session)
        way_out = _WAY_OUT if why.startswith(COME_TO) and _is_in_a_call(history, besides=session) else ""
        yield Hung(f"Session {session} does not go on: {why}.{way_out}", operations=(operation,), shape=())
    for outcome in history.outcomes:
        if outcome.aftermath is not None:
            yield _broken_session(outcome, outcome.aftermath)
        if outcome.failure is None:
            continue
        if is_undeclared(outcome, serial):
            yield _undeclared(of, outcome, outcome.failure)
        if outcome.expected and (hidden := hidden_in(outcome.failure)) and not _hides_serially(outcome, serial):
            yield _hidden_error(of, outcome, outcome.failure, hidden)


def _is_in_a_call(history: History, *, besides: str) -> bool:
    """Whether another session had begun a call and not come to its end, so that it may hold something."""
    begun = {place for place in history.turns if place[0] != besides}
    return bool(begun - {(outcome.session, outcome.call) for outcome in history.outcomes})


def fails_alone(of: Evidence) -> Iterator[tuple[str, str]]:
    """Undeclared exceptions that a serial order gives too, as (operation, what it raises): bugs, but no races."""
    for outcome in of.history.outcomes:
        if outcome.failure is not None and not outcome.expected and _fails_serially(outcome, of.serial):
            yield outcome.invocation.operation, _told(outcome.failure)


def _told(failure: Failure) -> str:
    """An exception's name, and what to do where that is known."""
    remedies = filter(None, (remedy_for_loopless(link.message) for link in failure.chain()))
    return next((f"{failure.name}. {remedy}" for remedy in remedies), failure.name)


def is_undeclared(outcome: Outcome, serial: Serial) -> bool:
    """Whether a call ended in an exception that the target does not declare, and no serial order gives."""
    return outcome.failure is not None and not outcome.expected and not _fails_serially(outcome, serial)


def _fails_serially(outcome: Outcome, serial: Serial) -> bool:
    assert outcome.failure is not None
    for history in serial.orders():
        alone = history.outcome(outcome.session, outcome.call)
        if alone is not None and alone.failure is not None and alone.failure.types == outcome.failure.types:
            return True
    return False


def _hides_serially(outcome: Outcome, serial: Serial) -> bool:
    """Whether a serial order ends the call in the same exception with the same ones behind it."""
    alone = (history.outcome(outcome.session, outcome.call) for history in serial.orders())
    return any(each is not None and _behind(each.failure) == _behind(outcome.failure) for each in alone)


def _behind(failure: Failure | None) -> tuple[list[str], str]:
    """The exceptions of a failure, and the database error that is hidden in it."""
    if failure is None:
        return [], ""
    hidden = hidden_in(failure)
    return [link.types[0] for link in failure.chain()], hidden.name if hidden else ""


def _hidden_error(of: Evidence, outcome: Outcome, failure: Failure, hidden: Hidden) -> HiddenError:
    return HiddenError(
        f"{outcome.invocation} in session {outcome.session} ended in {failure.name}, which the target declares, but "
        f"{hidden.where} it is {hidden.name}, which no serial order of the same calls gives: "
        f"{hidden.text.removesuffix('.')}. Where it "
        f"is the right answer all the same, `raise {failure.name} from None` says so.",
        operations=(outcome.invocation.operation,),
        shape=(failure.name, hidden.name, hidden.sqlstate),
        steps=_last_words(of.history, outcome),
        why=cause_of(of, outcome).lines,
    )


def _undeclared(of: Evidence, outcome: Outcome, failure: Failure) -> ErrorViolation:
    cause = cause_of(of, outcome)
    kind = _kind(failure)
    state = next((f.sqlstate for f in failure.chain() if f.sqlstate), "")
    first_line = failure.message.partition("\n")[0].removesuffix(".")
    story = (
        f"{outcome.invocation} in session {outcome.session} ended in {failure.name}, which the target does not "
        f"declare and no serial order of the same calls gives: {first_line}."
    )
    return kind(
        " ".join([story, *cause.sentences]),
        operations=(outcome.invocation.operation,),
        shape=(failure.name, state),
        steps=_last_words(of.history, outcome),
        why=cause.lines,
    )


def _last_words(history: History, outcome: Outcome) -> tuple[int, ...]:
    """The step that failed last in a call; where none did, the last that was no ROLLBACK."""
    steps = [step for step in history.steps if (step.session, step.call) == (outcome.session, outcome.call)]
    told = [step for step in steps if step.failure] or [step for step in steps if step.sql != "ROLLBACK"]
    return tuple(step.number for step in told[-1:])


def _kind(failure: Failure) -> type[ErrorViolation]:
    """Judged by the nearest exception in the chain that says what happened."""
    for link in failure.chain():
        if link.sqlstate in _BY_STATE:
            return _BY_STATE[link.sqlstate]
        for name in link.types:
            if (short := name.rpartition(".")[2]) in _BY_TYPE:
                return _BY_TYPE[short]
        if link.name in {"AttributeError", "TypeError"} and "'NoneType'" in link.message:
            return VanishedRow
    return ErrorViolation


def _broken_session(outcome: Outcome, aftermath: Failure) -> SessionBroken:
    after = f"after {outcome.failure.name} and a rollback" if outcome.failure else "at the end of its program"
    return SessionBroken(
        f"Session {outcome.session} does not work again {after}, {outcome.invocation}: "
        f"{aftermath.name}: {aftermath.message}",
        operations=(outcome.invocation.operation,),
        shape=(aftermath.name,),
    )


def _operation_at_end(history: History, session: str) -> str:
    last = next((step.call for step in reversed(history.steps) if step.session == session), 0)
    calls = history.case.programs.get(session, ())
    return calls[last].operation if 0 <= last < len(calls) else "close"
