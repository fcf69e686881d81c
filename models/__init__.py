"""The reference target: network elements with revision numbers, after OpenStack Neutron's ML2 plugin."""

from models.network import Network
from models.sessions import Sessions

__all__ = ["Network", "Sessions"]
