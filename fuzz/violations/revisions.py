"""What is wrong with revision numbers."""

from __future__ import annotations

from fuzz.violations.violation import Violation


class RevisionDecreased(Violation):
    """A committed revision number is lower than the one before."""

    kind = "revision-decreased"
    check = "revisions"


class StuckRevision(Violation):
    """A row, or a child that revises it, changed, and the committed revision number did not grow."""

    kind = "stuck-revision"
    check = "revisions"


class SkippedRevision(Violation):
    """One transaction took a revision number further than by one."""

    kind = "skipped-revision"
    check = "revisions"


class NeedlessBump(Violation):
    """A revision number grew though nothing changed."""

    kind = "needless-bump"
    check = "revisions"


class WrongRevisionReturned(Violation):
    """A call returned another revision number than it committed."""

    kind = "wrong-revision-returned"
    check = "revisions"
