"""What the transactions of a history read and wrote: which version of which row, at which step."""

from __future__ import annotations

from fuzz.accesses.of_history import transactions_of
from fuzz.accesses.reader import keys_read

__all__ = ["keys_read", "transactions_of"]
