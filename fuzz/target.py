"""What is fuzzed: a target's models, the rows it starts from, its operations, its invariants."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar, overload

from hypothesis.strategies import SearchStrategy
from sqlalchemy import Engine, MetaData

from fuzz.errors import TargetError

Function = TypeVar("Function", bound=Callable[..., Any])

GIVEN = ("session", "engine", "sessions", "app")
"""Parameter names that rowrace fills in: a Session, the Engine, a sessionmaker, what `open` returned.

Asynchronous functions get AsyncSession, AsyncEngine and async_sessionmaker.
"""

METHODS = ("create", "open", "seed")
"""What a target may define for rowrace to call."""

_OPERATION = "__rowrace_operation__"
_INVARIANT = "__rowrace_invariant__"


@dataclass(frozen=True, slots=True)
class Operation:
    """A function of the target that does one unit of work.

    Attributes:
        name: the method's name.
        function: the method, not bound: it takes the target, then what `gives` names, then the arguments.
        gives: what rowrace fills in (a subset of `GIVEN`).
        strategies: argument name -> where its values come from.
    """

    name: str
    function: Callable[..., Any]
    gives: tuple[str, ...]
    strategies: Mapping[str, SearchStrategy[Any]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """What a target asserts of every committed state; attributes as in `Operation`.

    Attributes:
        inside: whether it must hold in each transaction, too, as its session sees the rows before it commits.
    """

    name: str
    function: Callable[..., Any]
    gives: tuple[str, ...]
    inside: bool = False


@overload
def operation(function: Function, /) -> Function: ...
@overload
def operation(**strategies: SearchStrategy[Any]) -> Callable[[Function], Function]: ...
def operation(function: Callable[..., Any] | None = None, /, **strategies: SearchStrategy[Any]) -> Any:
    """Mark a method of a `Target` as an operation.

    Args:
        function: the method, when there are no arguments to draw: `@operation` alone.
        **strategies: argument name -> the Hypothesis strategy that its values are drawn from.
    """

    def mark(method: Function) -> Function:
        setattr(method, _OPERATION, strategies)
        return method

    return mark if function is None else mark(function)


@overload
def invariant(function: Function, /) -> Function: ...
@overload
def invariant(*, inside: bool) -> Callable[[Function], Function]: ...
def invariant(function: Callable[..., Any] | None = None, /, *, inside: bool = False) -> Any:
    """Mark a method of a `Target` that asserts what must hold in every committed state.

    Args:
        function: the method.
        inside: ask it, too, of what each session sees inside its transaction, right before its COMMIT. These looks are
            the transaction's own reads: under SERIALIZABLE they count.
    """

    def mark(method: Function) -> Function:
        setattr(method, _INVARIANT, {"inside": inside})
        return method

    return mark if function is None else mark(function)


class Target:
    """The code under test. Subclass it and name operations; see README.md for a worked example.

    One instance serves a whole campaign: keep no state in it. A class whose name begins with an underscore is
    a base for targets and none itself.

    A target may also define `seed`, which makes the rows that every case starts from and takes what operations
    take, and `open(self, url)`, for code that builds its own engine: it is called once for each of rowrace's
    sessions, in that session's own thread and event loop, with a URL that has the password in clear, and what it
    returns is what operations, invariants and `seed` get as `app`. All of them may be `async def`.

    Attributes:
        metadata: the tables; optional when `create` makes them.
        expected: exceptions that are a graceful outcome of an operation.
        revision: the column that must grow, wherever a table has it.
        revises: "child.column" -> "parent": a change of a child's row is a change of the parent's row that its
            column points to, so that the parent's revision must grow. A child that has the revision column, too,
            must have both its own grow and its parents'. A parent without the column passes the change on to its
            own parents; one that has it does not. The parent's primary key is one column.
        ignore: "table.column" or "schema.table.column", left out of comparisons.
        session_scope: "call", a session for each call, as a web request has; "program", one session that lives
            through all calls of a program. As its transactions may reach from call to call, what comes out is compared
            with the programs one after the other then, each as a whole. Where another program may well come between
            two calls of one, say `serial = False`.
        isolation: the isolation levels to run at: "rc", "rr", "ser".
        sessions: how many sessions run at a time.
        expire_on_commit: as SQLAlchemy's Session has it.
        unscheduled: regular expressions; a statement that one of them matches at its beginning is no step.
        checks: names of the checks that apply.
        substrate: what sessions run in: "greenlet", or "thread" for code that keeps a session's own by thread;
            None: rowrace sees for itself.
        other_databases: names of databases besides the scratch database that the code may connect to (for SQLite,
            the file's); what it does there is not scheduled. Connections to any other are refused.
        locks_passed_by: whether sessions go past locks in Python (`threading.Lock`, `asyncio.Lock`) that another
            session holds, as if each were a process of its own; False: they wait, and the races behind them are not
            seen.
        serial: whether what comes out must be what some serial order of the calls gives; False where a call may
            see what happens between two of its transactions, and is right to.
    """

    metadata: ClassVar[MetaData | None] = None
    expected: ClassVar[tuple[type[Exception], ...]] = ()
    revision: ClassVar[str | None] = None
    revises: ClassVar[Mapping[str, str]] = {}
    ignore: ClassVar[tuple[str, ...]] = ()
    session_scope: ClassVar[Literal["call", "program"]] = "call"
    isolation: ClassVar[tuple[str, ...]] = ("rc",)
    sessions: ClassVar[int] = 2
    expire_on_commit: ClassVar[bool] = True
    unscheduled: ClassVar[tuple[str, ...]] = ()
    checks: ClassVar[tuple[str, ...]] = ("errors", "revisions", "serial", "sessions", "invariants")
    serial: ClassVar[bool] = True
    substrate: ClassVar[Literal["greenlet", "thread"] | None] = None
    other_databases: ClassVar[tuple[str, ...]] = ()
    locks_passed_by: ClassVar[bool] = False

    operations: ClassVar[Mapping[str, Operation]] = {}
    invariants: ClassVar[Mapping[str, Invariant]] = {}
    seeding: ClassVar[Operation | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        members = {name: value for name, value in inspect.getmembers_static(cls) if callable(value)}
        cls.operations = {
            name: _operation(cls, name, member) for name, member in members.items() if hasattr(member, _OPERATION)
        }
        cls.invariants = {
            name: _invariant(cls, name, member) for name, member in members.items() if hasattr(member, _INVARIANT)
        }
        if inspect.iscoroutinefunction(cls.create):
            raise TargetError(f"create of {cls.__name__} is async.", "Write it with `def`: it gets an Engine.")
        if "seed" in members:
            cls.seeding = Operation("seed", members["seed"], _gives(members["seed"]), {})

    def create(self, engine: Engine) -> None:
        """Make the schema in an empty scratch database; by default, `metadata.create_all`."""
        if self.metadata is not None:
            self.metadata.create_all(engine)
        elif not hasattr(self, "open"):
            raise TargetError(
                f"{type(self).__name__} has neither `metadata` nor a `create` method.",
                "Set `metadata = Base.metadata`, or define `def create(self, engine)` that makes the schema.",
            )


def _parameters(function: Callable[..., Any]) -> Iterator[inspect.Parameter]:
    """All parameters but `self`."""
    return iter(list(inspect.signature(function).parameters.values())[1:])


def _gives(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(parameter.name for parameter in _parameters(function) if parameter.name in GIVEN)


def _invariant(target: type[Target], name: str, function: Callable[..., Any]) -> Invariant:
    marked = Invariant(name, function, _gives(function), **getattr(function, _INVARIANT))
    if marked.inside and (inspect.iscoroutinefunction(function) or "app" in marked.gives):
        what = "asks for `app`" if "app" in marked.gives else "is async"
        raise TargetError(
            f"invariant {name} of {target.__name__} {what}, and is asked inside transactions.",
            "Write it with `def` and a `session`: it is lent the connection whose transaction it is. Or drop `inside`.",
        )
    return marked


def _operation(target: type[Target], name: str, function: Callable[..., Any]) -> Operation:
    where = f"operation {name} of {target.__name__}"
    if name in METHODS or hasattr(Target, name):
        raise TargetError(
            f"{where}: {name!r} is rowrace's own word, `Target.{name}`.", "Give the operation another name."
        )
    strategies: dict[str, Any] = getattr(function, _OPERATION)
    accepted = [
        parameter.name
        for parameter in _parameters(function)
        if parameter.name not in GIVEN and parameter.default is inspect.Parameter.empty
    ]
    for argument in accepted:
        if argument not in strategies:
            raise TargetError(
                f"{where}: argument {argument!r} has no strategy.",
                f"Say where its values come from: @operation({argument}=st.integers(1, 3)), for example.",
            )
    known = {parameter.name for parameter in _parameters(function)}
    for argument, strategy in strategies.items():
        if argument not in known:
            raise TargetError(f"{where} has no argument {argument!r}.", "Take the strategy out, or add the argument.")
        if not isinstance(strategy, SearchStrategy):
            raise TargetError(
                f"{where}: argument {argument!r} is given {strategy!r}, which is no Hypothesis strategy.",
                f"For one value, write {argument}=st.just({strategy!r}).",
            )
    return Operation(name, function, _gives(function), strategies)
