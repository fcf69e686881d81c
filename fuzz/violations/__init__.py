"""What can be wrong with a target's behaviour: one exception class per kind, one module per check.

They are the target's failures and never the tool's (`fuzz.errors`). Hypothesis tells failures apart by their class,
so each kind has its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.violations.errors import (
    Deadlock,
    DetachedInstance,
    ErrorViolation,
    HiddenError,
    Hung,
    IntegrityViolated,
    ObjectDeleted,
    PendingRollback,
    SerializationFailure,
    SessionBroken,
    StaleData,
    VanishedRow,
)
from fuzz.violations.invariants import BrokenInvariant
from fuzz.violations.isolation import (
    AbortedRead,
    AntiDependencyCycle,
    CircularInformationFlow,
    DirtyWrite,
    IntermediateRead,
    IsolationViolation,
    ItemAntiDependencyCycle,
    LostUpdate,
    NonadjacentAntiDependencies,
    NonRepeatableRead,
    Phantom,
    ReadSkew,
    SingleAntiDependency,
    WriteSkew,
)
from fuzz.violations.revisions import (
    NeedlessBump,
    RevisionDecreased,
    SkippedRevision,
    StuckRevision,
    WrongRevisionReturned,
)
from fuzz.violations.serial import NoSerialOrder, SpuriousFailure
from fuzz.violations.sessions import IdleInTransaction, LockAcrossCalls, SessionLeftOpen, StaleSessionRead
from fuzz.violations.violation import Violation

__all__ = [
    "KINDS",
    "AbortedRead",
    "AntiDependencyCycle",
    "BrokenInvariant",
    "CircularInformationFlow",
    "Deadlock",
    "DetachedInstance",
    "DirtyWrite",
    "ErrorViolation",
    "HiddenError",
    "Hung",
    "IdleInTransaction",
    "IntegrityViolated",
    "IntermediateRead",
    "IsolationViolation",
    "ItemAntiDependencyCycle",
    "LockAcrossCalls",
    "LostUpdate",
    "NeedlessBump",
    "NoSerialOrder",
    "NonRepeatableRead",
    "NonadjacentAntiDependencies",
    "ObjectDeleted",
    "PendingRollback",
    "Phantom",
    "ReadSkew",
    "RevisionDecreased",
    "SerializationFailure",
    "SessionBroken",
    "SessionLeftOpen",
    "SingleAntiDependency",
    "SkippedRevision",
    "SpuriousFailure",
    "StaleData",
    "StaleSessionRead",
    "StuckRevision",
    "VanishedRow",
    "Violation",
    "WriteSkew",
    "WrongRevisionReturned",
]

KINDS: Mapping[str, type[Violation]] = {
    each.kind: each
    for each in (
        ErrorViolation,
        ObjectDeleted,
        StaleData,
        IntegrityViolated,
        PendingRollback,
        DetachedInstance,
        Deadlock,
        SerializationFailure,
        VanishedRow,
        HiddenError,
        SessionBroken,
        Hung,
        RevisionDecreased,
        StuckRevision,
        SkippedRevision,
        NeedlessBump,
        WrongRevisionReturned,
        BrokenInvariant,
        DirtyWrite,
        AbortedRead,
        IntermediateRead,
        CircularInformationFlow,
        LostUpdate,
        WriteSkew,
        ReadSkew,
        NonRepeatableRead,
        Phantom,
        SingleAntiDependency,
        NonadjacentAntiDependencies,
        ItemAntiDependencyCycle,
        AntiDependencyCycle,
        NoSerialOrder,
        SpuriousFailure,
        StaleSessionRead,
        IdleInTransaction,
        SessionLeftOpen,
        LockAcrossCalls,
    )
}
"""All kinds by name, check by check."""
