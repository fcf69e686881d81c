"""Operations that change the schema are refused: what a step reads and writes is told by the schema as it was at first.

What a text defines, its parse tree tells. What a DO block does, or a function, or a text that cannot be read, only the
server can say; it is asked after a run in which there was such a thing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fuzz.accesses.segments import statement_of
from fuzz.engine.stage import Stage
from fuzz.errors import TargetError
from fuzz.history import History, Step

_REMEDY = "Make tables, indexes and functions in `create`, before the first case; temporary tables are free."


def refuse_schema_changes(stage: Stage, history: History) -> None:
    """Refuse a history in which the schema changes.

    Args:
        stage: where it was run, and nothing since.
        history: of the run.

    Raises:
        TargetError: an operation changes it, or tries to: it may have been done where code was warmed up.
    """
    _refuse_what_is_told(history)
    hiding = [step for step in history.steps if not statement_of(step).known]
    if (hiding or stage.catalogue.routines_define) and stage.has_another_schema():
        raise TargetError(
            f"The schema has changed while {_operations(history, hiding or history.steps)} ran, by a DO block or a "
            "function of the database.",
            _REMEDY,
        )


def _refuse_what_is_told(history: History) -> None:
    temporary: defaultdict[str, set[str]] = defaultdict(set)
    for step in history.steps:
        statement = statement_of(step)
        temporary[step.session] |= statement.temporary
        if not statement.defines <= temporary[step.session]:
            raise TargetError(
                f"{_operation(history, step)} changes the schema while it runs: {' '.join(step.sql.split())[:80]}",
                _REMEDY,
            )


def _operations(history: History, steps: Iterable[Step]) -> str:
    return ", ".join(dict.fromkeys(_operation(history, step) for step in steps))


def _operation(history: History, step: Step) -> str:
    program = history.case.programs[step.session]
    return program[step.call].operation if 0 <= step.call < len(program) else "the end of a program"
