"""How the next session is chosen: one algorithm a file, behind one small interface.

None of them wins everywhere, so that one is drawn for each case. They know nothing of databases.
"""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.strategies.pct import Pct
from fuzz.strategies.pos import Pos
from fuzz.strategies.preemption import SinglePreemption
from fuzz.strategies.replay import Replay
from fuzz.strategies.round_robin import RoundRobin
from fuzz.strategies.sticky import Sticky
from fuzz.strategies.strategy import Make, Strategy, Turn
from fuzz.strategies.uniform import Uniform
from fuzz.strategies.walk import Walk

STRATEGIES: Mapping[str, Make] = {
    "walk": Walk,
    "uniform": Uniform,
    "pct": Pct,
    "pos": Pos,
    "sticky": Sticky,
    "preemption": SinglePreemption,
    "round-robin": RoundRobin,
}
"""The strategies that a case can be run by, by name; `Replay` needs a schedule, besides."""

__all__ = ["STRATEGIES", "Make", "Replay", "Strategy", "Turn"]
