"""The tests of Neutron's own revision plugin, by their names; those with a concurrent writer have two connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import ClassVar

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import ObjectDeletedError

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.history import Outcome
from fuzz.postgres import Server
from fuzz.trial import Trial
from models import Network, errors, seed
from models.revisions import Revisions
from models.tables import (
    IPAllocation,
    NetworkRBAC,
    Port,
    Resource,
    Router,
    SecurityGroup,
    SecurityGroupRule,
    StandardAttribute,
    Subnet,
)
from models.tables import (
    Network as NetworkRow,
)
from models.transactions import Transactions
from tests.every_interleaving import every_interleaving

target = Network()

Revision = Callable[[type[Resource], str], int]
Ends = set[tuple[str, ...]]


class KeepsDeleted(Transactions):
    """Does not begin anew where the bumper meets a row that is gone: it has to cope."""

    def retriable(self, error: Exception) -> bool:
        return super().retriable(error) and not isinstance(error, ObjectDeletedError)


class Expired(Network):
    """One session gives an address back, whose port it has expired; another deletes the port."""

    transactions: ClassVar[Transactions] = KeepsDeleted()

    @operation
    def release_expired(self, session: Session) -> bool:
        return self.transactions.run(session, _release_expired)

    @operation
    def delete_cascading(self, session: Session) -> bool:
        return self.transactions.run(session, _delete_cascading)


def _release_expired(session: Session) -> bool:
    held = select(IPAllocation).where(IPAllocation.port_id == seed.PORT).options(joinedload(IPAllocation.port))
    allocation = session.scalars(held).one_or_none()
    if allocation is None:
        return False
    session.expire(allocation.port)
    session.delete(allocation)
    session.flush()
    return True


def _delete_cascading(session: Session) -> bool:
    own = select(Port.standard_attr_id).where(Port.id == seed.PORT).scalar_subquery()
    deleted = delete(StandardAttribute).where(StandardAttribute.id == own).returning(StandardAttribute.id)
    return session.execute(deleted, execution_options={"synchronize_session": False}).one_or_none() is not None


@pytest.fixture(scope="module")
def trial_of(server: Server) -> Iterator[Callable[[type[Target]], Trial]]:
    """Runs and judges cases of a target."""
    with ExitStack() as stack:

        def open_one(tried: type[Target]) -> Trial:
            stage = Stage(tried(), stack.enter_context(server.scratch()))
            return Trial(stack.enter_context(closing(stage)))

        yield open_one


def ends_of(trial: Trial, first: Call, second: Call) -> Ends:
    """All ways in which two calls end, at every interleaving and isolation level; each is judged."""
    found = set()
    for isolation in ("rc", "rr", "ser"):
        for verdict in every_interleaving(trial, Case("x", isolation, {"A": (first,), "B": (second,)}, ())):
            assert (verdict.violations, verdict.alone, verdict.history.hung) == ((), (), {})
            ends = sorted(verdict.history.outcomes, key=lambda outcome: outcome.session)
            found.add(tuple(map(_end, ends)))
    return found


def _end(outcome: Outcome) -> str:
    return outcome.failure.name if outcome.failure else "done"


def test_handle_expired_object(trial_of: Callable[[type[Target]], Trial]) -> None:
    ends = ends_of(trial_of(Expired), Call("release_expired"), Call("delete_cascading"))
    assert ends == {("done", "done")}


def test_shared_network_create(session: Session, revision: Revision) -> None:
    Revisions().attach(session)
    network = NetworkRow.new(name="shared")
    session.add(network)
    session.flush()
    network.rbac_entries.append(NetworkRBAC(target_project="*"))
    session.commit()
    assert [each for each in session if isinstance(each, NetworkRow)] == [network]
    assert target.read_network(session, network.id)["shared_with"] == ["*"]
    assert revision(NetworkRow, network.id) == 0


def test_constrained_port_update_handles_db_retries(trial_of: Callable[[type[Target]], Trial]) -> None:
    mine = Call("update_port", {"port": seed.PORT, "changes": {"name": "mine"}, "expected": 0})
    theirs = Call("update_port", {"port": seed.PORT, "changes": {"name": "theirs"}, "expected": None})
    assert ends_of(trial_of(Network), mine, theirs) == {("done", "done"), ("RevisionMismatch", "done")}


def test_port_name_update_revises(session: Session, revision: Revision) -> None:
    target.update_port(session, seed.PORT, {"name": "a"}, None)
    assert (revision(Port, seed.PORT), revision(NetworkRow, seed.NETWORK)) == (1, 0)


def test_constrained_port_update(session: Session, revision: Revision) -> None:
    with pytest.raises(errors.RevisionMismatch):
        target.update_port(session, seed.PORT, {"name": "a"}, 1)
    assert revision(Port, seed.PORT) == 0
    target.update_port(session, seed.PORT, {"name": "a"}, 0)
    assert revision(Port, seed.PORT) == 1


def test_constrained_port_delete(session: Session) -> None:
    with pytest.raises(errors.RevisionMismatch):
        target.delete_port(session, seed.PORT, 1)
    assert target.read_port(session, seed.PORT)["revision_number"] == 0
    target.delete_port(session, seed.PORT, 0)
    with pytest.raises(errors.PortNotFound):
        target.read_port(session, seed.PORT)


def test_port_ip_update_revises(session: Session, revision: Revision) -> None:
    target.move_port(session, seed.PORT, seed.SUBNET, "10.0.0.5", None)
    assert (revision(Port, seed.PORT), revision(Subnet, seed.SUBNET), revision(NetworkRow, seed.NETWORK)) == (1, 0, 0)


def test_network_description_bumps_revision(session: Session, revision: Revision) -> None:
    target.update_network(session, seed.NETWORK, {"description": "a"}, None)
    assert revision(NetworkRow, seed.NETWORK) == 1


def test_subnet_description_bumps_revision(session: Session, revision: Revision) -> None:
    target.update_subnet(session, seed.SUBNET, {"description": "a"}, None)
    assert (revision(Subnet, seed.SUBNET), revision(NetworkRow, seed.NETWORK)) == (1, 0)


def test_security_group_rule_ops_bump_security_group(session: Session, revision: Revision) -> None:
    created = target.create_rule(session, seed.GROUP, "udp", None)
    assert (revision(SecurityGroup, seed.GROUP), revision(SecurityGroupRule, created["id"])) == (1, 0)
    target.delete_rule(session, created["id"], None)
    assert revision(SecurityGroup, seed.GROUP) == 2


def test_router_interface_ops_bump_router(session: Session, revision: Revision) -> None:
    def bumped() -> tuple[int, int]:
        return revision(Router, seed.OTHER_ROUTER), revision(Router, seed.ROUTER)

    target.add_router_interface(session, seed.OTHER_ROUTER, seed.PORT)
    assert bumped() == (1, 0)
    target.set_routes(session, seed.OTHER_ROUTER, [["10.2.0.0/24", "10.0.0.6"]])
    assert bumped() == (2, 0)
    target.clear_routes(session, seed.OTHER_ROUTER)
    assert bumped() == (3, 0)
    target.remove_router_interface(session, seed.OTHER_ROUTER, seed.PORT)
    assert bumped() == (4, 0)


def test_qos_policy_bump_port_revision(session: Session, revision: Revision) -> None:
    target.bind_qos_port(session, seed.POLICY, seed.PORT)
    assert revision(Port, seed.PORT) == 1
    target.unbind_qos_port(session, seed.PORT)
    assert revision(Port, seed.PORT) == 2


def test_qos_policy_bump_network_revision(session: Session, revision: Revision) -> None:
    target.bind_qos_network(session, seed.POLICY, seed.NETWORK)
    assert revision(NetworkRow, seed.NETWORK) == 1
    target.unbind_qos_network(session, seed.NETWORK)
    assert revision(NetworkRow, seed.NETWORK) == 2


def test_net_tag_bumps_net_revision(session: Session, revision: Revision) -> None:
    path = f"networks/{seed.OTHER_NETWORK}"
    target.add_tag(session, path, seed.TAG)
    assert revision(NetworkRow, seed.OTHER_NETWORK) == 1
    target.remove_tag(session, path, seed.TAG)
    assert revision(NetworkRow, seed.OTHER_NETWORK) == 2
