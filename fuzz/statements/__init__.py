"""What any statement reads, writes and locks, and which rows it asks for."""

from fuzz.statements.conditions import Condition
from fuzz.statements.statement import Statement, parse
from fuzz.statements.values import COMPARABLE

__all__ = ["COMPARABLE", "Condition", "Statement", "parse"]
