"""Interleavings up to what commutes: Mazurkiewicz traces under PostgreSQL's dependency relation. Pure functions."""

from __future__ import annotations

from fuzz.traces.commute import commute
from fuzz.traces.effect import Effect
from fuzz.traces.effects import effects_of
from fuzz.traces.levels import at_level
from fuzz.traces.trace import Beginning, Start, Trace

__all__ = ["Beginning", "Effect", "Start", "Trace", "at_level", "commute", "effects_of"]
