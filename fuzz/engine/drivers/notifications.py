"""NOTIFY, as psycopg 3 hears of it: who waits for one gives the turn back, as only another session can send it.

When the time of a wait is up is not the machine's to say: it is when no other session can go on, so that a case comes
to the same whether it is run fast or slowly.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from psycopg import Notify, OperationalError
from psycopg.pq import TransactionStatus

from fuzz.engine.carrier import Carrier
from fuzz.engine.locks import Pause
from fuzz.engine.where import calling_line


class Notifications:
    """Those that one connection gets.

    Args:
        connection: one of psycopg 3's, scheduled.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._heard: deque[Notify] = deque()

    def next(self, carrier: Carrier, timeout: float | None) -> Notify | None:
        """The next one; None when there is none and the time is up.

        Args:
            carrier: of the session that waits.
            timeout: seconds; None: for ever.
        """
        while not self._has_come():
            if timeout is not None and timeout <= 0:
                return None
            pause = Pause(self._has_come, "a notification", calling_line(), expires=timeout is not None, hides=False)
            if carrier.stop(pause):
                time.sleep(timeout or 0)  # by the case's clock
                return None
        if not self._heard:
            raise OperationalError("the connection is closed")
        return self._heard.popleft()

    def forget(self) -> None:
        """Forget those that nobody has asked for."""
        self._has_come()
        self._heard.clear()

    def _has_come(self) -> bool:
        """Whether there is one, or can be none any more.

        The server tells a listener before it answers whoever has committed, but the listener's process may be slow
        to pass it on. It does so before it answers anything else: an empty statement, say.
        """
        server, backlog = self._connection.pgconn, self._connection._notifies_backlog  # noqa: SLF001 - those that came with answers
        self._heard.extend(backlog or ())
        if backlog:
            backlog.clear()
        if server.transaction_status == TransactionStatus.IDLE:  # in a transaction none is delivered
            server.exec_(b"")
        encoding = self._connection.info.encoding
        while (each := server.notifies()) is not None:
            self._heard.append(Notify(each.relname.decode(encoding), each.extra.decode(encoding), each.be_pid))
        return bool(self._heard) or self._connection.is_gone
