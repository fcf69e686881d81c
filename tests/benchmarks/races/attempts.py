from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from sqlalchemy import URL, create_engine, delete, insert, select
from sqlalchemy.orm import Session

from fuzz.case import ISOLATION, Call
from fuzz.engine.failures import failure_of
from fuzz.history import Failure
from tests.benchmarks.races.workloads import Ending, Race
from tests.benchmarks.small import Base, Counter


class Attempts:
    """A race without rowrace: what a loop over its calls needs around them.

    Args:
        race: whose calls are made.
        url: an empty database.
    """

    def __init__(self, race: Race, url: URL) -> None:
        self._race = race
        self.engine = create_engine(url, isolation_level=ISOLATION[race.isolation[0]].upper())
        Base.metadata.create_all(self.engine)
        with self.engine.connect(), self.engine.connect():  # a connection for each session, open before it counts
            pass
        for call in race.calls:  # statements are compiled, too: else a tool cannot repeat its first attempt
            self.put_back()
            self.perform(call)

    def put_back(self) -> None:
        """Make the rows what they are before an attempt."""
        with self.engine.begin() as connection:
            connection.execute(delete(Counter))
            connection.execute(
                insert(Counter), [{"id": key, "number": number} for key, number in self._race.first.items()]
            )

    def perform(self, call: Call) -> frozenset[str]:
        """Make a call in a session of its own.

        Returns:
            The names of the errors that it ended in.
        """
        with Session(self.engine) as session:
            try:
                getattr(self._race, call.operation)(session, **call.arguments)
            except Exception as error:  # noqa: BLE001 - that calls fail is what is looked for
                return names(failure_of(error))
        return frozenset()

    def does_harm(self, errors: Iterable[frozenset[str]]) -> bool:
        """Whether an attempt that has ended shows the race."""
        with self.engine.begin() as connection:
            numbers = {counter.id: counter.number for counter in connection.execute(select(Counter.__table__))}
        return self._race.harm(Ending(frozenset().union(*errors), numbers))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.dispose()


def names(failure: Failure) -> frozenset[str]:
    """The names of an error and of those behind it."""
    return frozenset(each.name for each in failure.chain())
