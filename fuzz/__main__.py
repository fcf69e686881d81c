"""`python -m fuzz`."""

from __future__ import annotations

from fuzz.cli import main

main()
