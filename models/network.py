"""Service operations: each call has a session of its own, as a web request has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.errors import ServiceError
from models.reference import _Reference
from models.revisions import Expectation
from models.service import networks, ports, securitygroups, subnets

NETWORK = st.sampled_from(seed.NETWORKS)
SUBNET = st.sampled_from(seed.SUBNETS)
PORT = st.sampled_from(seed.PORTS)
GROUP = st.sampled_from(seed.GROUPS)
RULE = st.sampled_from(seed.RULES)
CIDR = st.sampled_from(["10.0.1.0/24", "10.0.0.0/16", "10.0.1.128/25"])
MAC = st.sampled_from(seed.MACS)
ADDRESS = st.sampled_from([None, *seed.ADDRESSES])
PROTOCOL = st.sampled_from(["tcp", "udp"])
REMOTE_GROUP = st.sampled_from([None, *seed.GROUPS])
EXPECTED = st.sampled_from([None, 0, 1])
CHANGES = st.sampled_from([{"name": "a"}, {"name": "b"}, {"description": "a"}, {"name": "b", "description": "b"}])
PORT_CHANGES = st.sampled_from(
    [{"name": "a"}, {"name": "b"}, {"description": "a"}, {"device_id": "vm"}, {"mac_address": seed.MACS[2]}]
)


class Network(_Reference):
    """Networks, subnets, ports and security groups, as a service's users change them."""

    expected: ClassVar[tuple[type[Exception], ...]] = (ServiceError,)

    @operation(name=st.sampled_from(["a", "b"]))
    def create_network(self, session: Session, name: str) -> dict[str, Any]:
        """Add a network."""
        return self.transactions.run(session, lambda s: networks.create(s, name))

    @operation(network=NETWORK)
    def read_network(self, session: Session, network: str) -> dict[str, Any]:
        """A network with its subnets' ids."""
        return self.transactions.run(session, lambda s: networks.read(s, network))

    @operation
    def list_networks(self, session: Session) -> list[dict[str, Any]]:
        """All networks."""
        return self.transactions.run(session, networks.read_all)

    @operation(network=NETWORK, changes=CHANGES, expected=EXPECTED)
    def update_network(
        self, session: Session, network: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a network."""
        return self._update(session, tables.Network, network, expected, lambda s: networks.update(s, network, changes))

    @operation(network=NETWORK, expected=EXPECTED)
    def delete_network(self, session: Session, network: str, expected: int | None) -> None:
        """Remove a network."""
        self._delete(session, tables.Network, network, expected, lambda s: networks.delete(s, network))

    @operation(network=NETWORK, cidr=CIDR)
    def create_subnet(self, session: Session, network: str, cidr: str) -> dict[str, Any]:
        """Add a subnet."""
        return self.transactions.run(session, lambda s: subnets.create(s, network, cidr))

    @operation(subnet=SUBNET)
    def read_subnet(self, session: Session, subnet: str) -> dict[str, Any]:
        """A subnet."""
        return self.transactions.run(session, lambda s: subnets.read(s, subnet))

    @operation
    def list_subnets(self, session: Session) -> list[dict[str, Any]]:
        """All subnets."""
        return self.transactions.run(session, subnets.read_all)

    @operation(subnet=SUBNET, changes=CHANGES, expected=EXPECTED)
    def update_subnet(
        self, session: Session, subnet: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a subnet."""
        return self._update(session, tables.Subnet, subnet, expected, lambda s: subnets.update(s, subnet, changes))

    @operation(subnet=SUBNET, expected=EXPECTED)
    def delete_subnet(self, session: Session, subnet: str, expected: int | None) -> None:
        """Remove a subnet."""
        self._delete(session, tables.Subnet, subnet, expected, lambda s: subnets.delete(s, subnet))

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

    @operation(port=PORT, group=GROUP)
    def bind_port(self, session: Session, port: str, group: str) -> dict[str, Any]:
        """Let a port use a security group."""
        return self.transactions.run(session, lambda s: ports.bind(s, port, group))

    @operation(port=PORT, group=GROUP)
    def unbind_port(self, session: Session, port: str, group: str) -> dict[str, Any]:
        """Let a port use a security group no more."""
        return self.transactions.run(session, lambda s: ports.unbind(s, port, group))

    @operation(port=PORT, expected=EXPECTED)
    def delete_port(self, session: Session, port: str, expected: int | None) -> None:
        """Remove a port."""
        self._delete(session, tables.Port, port, expected, lambda s: ports.delete(s, port))

    @operation(name=st.sampled_from(["a", "b"]))
    def create_security_group(self, session: Session, name: str) -> dict[str, Any]:
        """Add a security group."""
        return self.transactions.run(session, lambda s: securitygroups.create(s, name))

    @operation(group=GROUP)
    def read_security_group(self, session: Session, group: str) -> dict[str, Any]:
        """A security group with its rules' ids."""
        return self.transactions.run(session, lambda s: securitygroups.read(s, group))

    @operation
    def list_security_groups(self, session: Session) -> list[dict[str, Any]]:
        """All security groups."""
        return self.transactions.run(session, securitygroups.read_all)

    @operation(group=GROUP, changes=CHANGES, expected=EXPECTED)
    def update_security_group(
        self, session: Session, group: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a security group."""
        return self._update(
            session, tables.SecurityGroup, group, expected, lambda s: securitygroups.update(s, group, changes)
        )

    @operation(group=GROUP, expected=EXPECTED)
    def delete_security_group(self, session: Session, group: str, expected: int | None) -> None:
        """Remove a security group and the rules that belong to it or name it."""
        self._delete(session, tables.SecurityGroup, group, expected, lambda s: securitygroups.delete(s, group))

    @operation(group=GROUP, protocol=PROTOCOL, remote_group=REMOTE_GROUP)
    def create_rule(self, session: Session, group: str, protocol: str, remote_group: str | None) -> dict[str, Any]:
        """Add a rule to a security group."""
        return self.transactions.run(
            session, lambda s: securitygroups.create_rule(s, group, "ingress", protocol, remote_group)
        )

    @operation(rule=RULE)
    def delete_rule(self, session: Session, rule: str) -> None:
        """Remove a rule."""
        self.transactions.run(session, lambda s: securitygroups.delete_rule(s, rule))

    def _update(
        self,
        session: Session,
        model: type[tables.Resource],
        resource_id: str,
        expected: int | None,
        work: Callable[[Session], dict[str, Any]],
    ) -> dict[str, Any]:
        if expected is None:
            return self.transactions.run(session, work)
        result = self.transactions.run(session, work, Expectation(model, resource_id, expected))
        # What If-Match promises: an accepted update went by that revision and wrote the next, if it wrote at all.
        assert result["revision_number"] in {expected, expected + 1}, (
            f"{resource_id} was to be changed at revision {expected} only, and is at {result['revision_number']} now"
        )
        return result

    def _delete(
        self,
        session: Session,
        model: type[tables.Resource],
        resource_id: str,
        expected: int | None,
        work: Callable[[Session], None],
    ) -> None:
        condition = None if expected is None else Expectation(model, resource_id, expected)
        self.transactions.run(session, work, condition)
