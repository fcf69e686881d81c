"""psycopg's placeholders as the server gets them: `%(name)s` and `%s` become `$1`, `%%` becomes `%`.

psycopg does not look where in the text a placeholder is, so neither does this: in a literal it is one, too.
"""

from __future__ import annotations

import re

Key = str | int
"""What a placeholder asks for: a name, or a position from 0."""

_PLACEHOLDER = re.compile(r"%(?:\(([^)]+)\)(.)|(.))")
_FORMATS = frozenset("sbt")


def number_placeholders(sql: str) -> tuple[str, tuple[Key, ...]]:
    """A text with numbered placeholders, and what each number asks for, from $1 on.

    A text that psycopg refuses together with parameters was executed without any: it is left alone.
    """
    found = [match for match in _PLACEHOLDER.finditer(sql) if match[0] != "%%"]
    names = [match[1] for match in found]
    formats = {match[2] or match[3] for match in found}
    if not formats <= _FORMATS or (None in names and any(names)):
        return sql, ()
    keys = tuple(range(len(found))) if None in names else tuple(dict.fromkeys(names))
    numbers = iter(range(1, len(found) + 1)) if None in names else (keys.index(name) + 1 for name in names)
    return _PLACEHOLDER.sub(lambda match: "%" if match[0] == "%%" else f"${next(numbers)}", sql), keys
