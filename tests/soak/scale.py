from __future__ import annotations

import os


def scaled(number: int) -> int:
    """A number of cases or replays, made smaller (ROWRACE_SOAK=0.01) to try a test out."""
    return max(int(number * float(os.environ.get("ROWRACE_SOAK", "1"))), 2)
