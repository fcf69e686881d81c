"""rowrace: a property-based concurrency fuzzer for SQLAlchemy code on PostgreSQL."""

from fuzz.api import check, replay, state_machine
from fuzz.case import Call, Case
from fuzz.target import Target, invariant, operation

__all__ = ["Call", "Case", "Target", "check", "invariant", "operation", "replay", "state_machine"]
