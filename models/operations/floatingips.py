"""Floating IPs and port forwardings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.operations.shared import DESCRIPTION, EXPECTED, _Operations
from models.service import floatingips, forwardings

FLOATING_IP = st.sampled_from(seed.FLOATING_IPS)
PORT = st.sampled_from([seed.PORT, seed.SERVED_PORT])
FORWARDING = st.sampled_from([seed.FORWARDING])
OUTER_SUBNET = st.sampled_from([seed.OUTER_SUBNET, seed.FREE_SUBNET])
NUMBERS = st.sampled_from([{"external_port": 8081}, {"external_port": 8082}, {"internal_port": 81}])


class _FloatingIPs(_Operations):
    """What is done with floating IPs and port forwardings."""

    @operation(subnet=OUTER_SUBNET)
    def create_floating_ip(self, session: Session, subnet: str) -> dict[str, Any]:
        """Take an outer address."""
        return self.transactions.run(session, lambda s: floatingips.create(s, subnet))

    @operation(floating_ip=FLOATING_IP)
    def read_floating_ip(self, session: Session, floating_ip: str) -> dict[str, Any]:
        """A floating IP with its port forwardings' ids."""
        return self.transactions.run(session, lambda s: floatingips.read(s, floating_ip))

    @operation
    def list_floating_ips(self, session: Session) -> list[dict[str, Any]]:
        """All floating IPs."""
        return self.transactions.run(session, floatingips.read_all)

    @operation(floating_ip=FLOATING_IP, changes=DESCRIPTION, expected=EXPECTED)
    def update_floating_ip(
        self, session: Session, floating_ip: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a floating IP."""
        return self._update(
            session, tables.FloatingIP, floating_ip, expected, lambda s: floatingips.update(s, floating_ip, changes)
        )

    @operation(floating_ip=FLOATING_IP, expected=EXPECTED)
    def delete_floating_ip(self, session: Session, floating_ip: str, expected: int | None) -> None:
        """Give an outer address back."""
        self._delete(session, tables.FloatingIP, floating_ip, expected, lambda s: floatingips.delete(s, floating_ip))

    @operation(floating_ip=FLOATING_IP, port=PORT, expected=EXPECTED)
    def associate_floating_ip(
        self, session: Session, floating_ip: str, port: str, expected: int | None = None
    ) -> dict[str, Any]:
        """Let a floating IP stand for a port."""
        return self._update(
            session, tables.FloatingIP, floating_ip, expected, lambda s: floatingips.associate(s, floating_ip, port)
        )

    @operation(floating_ip=FLOATING_IP, expected=EXPECTED)
    def disassociate_floating_ip(
        self, session: Session, floating_ip: str, expected: int | None = None
    ) -> dict[str, Any]:
        """Let a floating IP stand for no port."""
        return self._update(
            session, tables.FloatingIP, floating_ip, expected, lambda s: floatingips.disassociate(s, floating_ip)
        )

    @operation(floating_ip=FLOATING_IP, port=PORT, external_port=st.sampled_from([8080, 8081]))
    def create_port_forwarding(
        self, session: Session, floating_ip: str, port: str, external_port: int
    ) -> dict[str, Any]:
        """Let a port number of a floating IP stand for a port's 443."""
        return self.transactions.run(session, lambda s: forwardings.create(s, floating_ip, port, 443, external_port))

    @operation(forwarding=FORWARDING)
    def read_port_forwarding(self, session: Session, forwarding: str) -> dict[str, Any]:
        """A port forwarding."""
        return self.transactions.run(session, lambda s: forwardings.read(s, forwarding))

    @operation
    def list_port_forwardings(self, session: Session) -> list[dict[str, Any]]:
        """All port forwardings."""
        return self.transactions.run(session, forwardings.read_all)

    @operation(forwarding=FORWARDING, changes=NUMBERS, expected=EXPECTED)
    def update_port_forwarding(
        self, session: Session, forwarding: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a port forwarding."""
        return self._update(
            session, tables.PortForwarding, forwarding, expected, lambda s: forwardings.update(s, forwarding, changes)
        )

    @operation(forwarding=FORWARDING, expected=EXPECTED)
    def delete_port_forwarding(self, session: Session, forwarding: str, expected: int | None) -> None:
        """Remove a port forwarding."""
        self._delete(session, tables.PortForwarding, forwarding, expected, lambda s: forwardings.delete(s, forwarding))
