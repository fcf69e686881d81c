"""What a server does not have that a target's schema needs: an extension, most of the time."""

from __future__ import annotations

import re

_LACKS = re.compile(
    r'(extension|type|access method|operator class) "([^"]+)"[^\n]* (?:is not available|does not exist)'
)


def remedy_for(error: BaseException) -> str:
    """What to do when a server lacks what an error names; "" where it lacks nothing."""
    found = _LACKS.search(str(error).lower())
    if found is None:
        return ""
    kind, name = found.groups()
    needs = f"the extension {name}" if kind == "extension" else f"the extension that has the {kind} {name}"
    return (
        f"If that is {needs}: the embedded server has the extensions of PostgreSQL's own distribution, each to be made "
        "by CREATE EXTENSION in `create`. For another, use a server that has it: --dsn URL, or --pg-bin DIR."
    )
