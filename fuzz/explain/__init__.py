"""What each kind of violation means, how it comes about in SQLAlchemy code, and its usual cures: a page per kind."""

from __future__ import annotations

from importlib.resources import files


def page(kind: str) -> str:
    """The page on a kind, in Markdown, plain ASCII.

    Args:
        kind: a key of `fuzz.violations.KINDS`.
    """
    return files(__name__).joinpath(f"{kind}.md").read_text(encoding="ascii")


def summary(kind: str) -> str:
    """The title of the page on a kind, without the kind: what it is in half a line."""
    return page(kind).partition("\n")[0].partition(": ")[2]
