"""Isolation: how committed transactions depend on each other, and what no serial order of them could have shown."""

from __future__ import annotations

from fuzz.isolation.anomalies import anomalies
from fuzz.isolation.anomaly import NAMES, PHENOMENA, Anomaly
from fuzz.isolation.dependency import Dependency
from fuzz.isolation.edges import data_dependencies, dependencies
from fuzz.isolation.levels import LEVELS, Level, forbidden_at, strongest_level

__all__ = [
    "LEVELS",
    "NAMES",
    "PHENOMENA",
    "Anomaly",
    "Dependency",
    "Level",
    "anomalies",
    "data_dependencies",
    "dependencies",
    "forbidden_at",
    "strongest_level",
]
