"""`python -m fuzz`."""

from __future__ import annotations

from fuzz.cli import main

if __name__ == "__main__":  # a worker process imports it under another name
    main()
