"""The substrates that sessions can run on, and which one code needs."""

from __future__ import annotations

import gc
from collections.abc import Mapping

from sqlalchemy.pool import SingletonThreadPool
from sqlalchemy.util import ThreadLocalRegistry

from fuzz.engine.carrier import Carrier
from fuzz.engine.greenlets import GreenletCarrier
from fuzz.engine.threads import ThreadCarrier

CARRIERS: Mapping[str, type[Carrier]] = {"greenlet": GreenletCarrier, "thread": ThreadCarrier}
"""Substrate, as `Target.substrate` names it -> what carries sessions."""


def keeps_by_thread() -> bool:
    """Whether anything in this process keeps sessions or connections by thread, as `scoped_session` does by default.

    Sessions that share a thread would share what it keeps. Threads where they were not needed cost time only.
    """
    return any(isinstance(each, ThreadLocalRegistry | SingletonThreadPool) for each in gc.get_objects())
