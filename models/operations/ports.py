"""Ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.operations.networks import NETWORK
from models.operations.securitygroups import GROUP
from models.operations.shared import EXPECTED, _Operations
from models.operations.subnets import SUBNET
from models.service import fixedips, hosts, ports

PORT = st.sampled_from(seed.PORTS)
DELETABLE = st.sampled_from([*seed.PORTS, seed.SERVED_PORT])
MAC = st.sampled_from(seed.MACS)
ADDRESS = st.sampled_from([None, *seed.ADDRESSES])
HELD = st.sampled_from([seed.ADDRESSES[0], seed.SERVED_ADDRESS])
HOST = st.sampled_from(seed.HOSTS)
PORT_CHANGES = st.sampled_from(
    [{"name": "a"}, {"name": "b"}, {"description": "a"}, {"device_id": "vm"}, {"mac_address": seed.MACS[2]}]
)


class _Ports(_Operations):
    """What is done with ports."""

    @operation(network=NETWORK, subnet=SUBNET, mac_address=MAC)
    def create_port(self, session: Session, network: str, subnet: str, mac_address: str) -> dict[str, Any]:
        """Add a port with the subnet's first free address."""
        return self.transactions.run(session, lambda s: ports.create(s, network, subnet, mac_address))

    @operation(port=PORT)
    def read_port(self, session: Session, port: str) -> dict[str, Any]:
        """A port with its addresses and security groups."""
        return self.transactions.run(session, lambda s: ports.read(s, port))

    @operation
    def list_ports(self, session: Session) -> list[dict[str, Any]]:
        """All ports."""
        return self.transactions.run(session, ports.read_all)

    @operation(port=PORT, changes=PORT_CHANGES, expected=EXPECTED)
    def update_port(
        self, session: Session, port: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a port."""
        return self._update(session, tables.Port, port, expected, lambda s: ports.update(s, port, changes))

    @operation(port=PORT, subnet=SUBNET, address=ADDRESS, expected=EXPECTED)
    def move_port(
        self, session: Session, port: str, subnet: str, address: str | None, expected: int | None
    ) -> dict[str, Any]:
        """Give a port another address."""
        return self._update(session, tables.Port, port, expected, lambda s: ports.move(s, port, subnet, address))

    @operation(port=PORT, subnet=SUBNET, address=st.sampled_from([None, seed.ADDRESSES[2]]), expected=EXPECTED)
    def allocate_ip(
        self, session: Session, port: str, subnet: str, address: str | None, expected: int | None = None
    ) -> dict[str, Any]:
        """Give a port one more address."""
        return self._update(
            session, tables.Port, port, expected, lambda s: fixedips.allocate_ip(s, port, subnet, address)
        )

    @operation(port=st.sampled_from([seed.PORT, seed.SERVED_PORT]), address=HELD, expected=EXPECTED)
    def release_ip(self, session: Session, port: str, address: str, expected: int | None = None) -> dict[str, Any]:
        """Take an address from a port."""
        return self._update(session, tables.Port, port, expected, lambda s: fixedips.release_ip(s, port, address))

    @operation(port=PORT, pairs=st.sampled_from([[], [[seed.MACS[3], "10.0.0.9"]]]), expected=EXPECTED)
    def set_address_pairs(
        self, session: Session, port: str, pairs: Sequence[Sequence[str]], expected: int | None = None
    ) -> dict[str, Any]:
        """Say what other senders a port may pass itself off as."""
        return self._update(session, tables.Port, port, expected, lambda s: fixedips.set_address_pairs(s, port, pairs))

    @operation(port=PORT, host=HOST)
    def bind_host(self, session: Session, port: str, host: str) -> dict[str, Any]:
        """Bind a port to a host."""
        return self.transactions.run(session, lambda s: hosts.bind(s, port, host))

    @operation(port=PORT, host=HOST)
    def activate_host(self, session: Session, port: str, host: str) -> dict[str, Any]:
        """Make a host that a port is bound to the active one."""
        return self.transactions.run(session, lambda s: hosts.activate(s, port, host))

    @operation(port=PORT, host=HOST)
    def unbind_host(self, session: Session, port: str, host: str) -> dict[str, Any]:
        """Take a port from a host."""
        return self.transactions.run(session, lambda s: hosts.unbind(s, port, host))

    @operation(port=PORT, group=GROUP)
    def bind_port(self, session: Session, port: str, group: str) -> dict[str, Any]:
        """Let a port use a security group."""
        return self.transactions.run(session, lambda s: ports.bind(s, port, group))

    @operation(port=PORT, group=GROUP)
    def unbind_port(self, session: Session, port: str, group: str) -> dict[str, Any]:
        """Let a port use a security group no more."""
        return self.transactions.run(session, lambda s: ports.unbind(s, port, group))

    @operation(port=DELETABLE, expected=EXPECTED)
    def delete_port(self, session: Session, port: str, expected: int | None) -> None:
        """Remove a port."""
        self._delete(session, tables.Port, port, expected, lambda s: ports.delete(s, port))
