"""The substrates that sessions can run on."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.engine.carrier import Carrier
from fuzz.engine.greenlets import GreenletCarrier
from fuzz.engine.threads import ThreadCarrier

CARRIERS: Mapping[str, type[Carrier]] = {"greenlet": GreenletCarrier, "thread": ThreadCarrier}
"""Substrate, as `Target.substrate` names it -> what carries sessions."""
