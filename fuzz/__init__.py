"""rowrace: a property-based concurrency fuzzer for SQLAlchemy code on PostgreSQL."""

from fuzz.target import Target, invariant, operation

__all__ = ["Target", "invariant", "operation"]
