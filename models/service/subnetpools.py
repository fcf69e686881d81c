"""Subnet pools: create, read, list, update, delete, their prefixes, and subnets that are cut from them.

Prefixes are no change of the pool, so that its version does not guard them: the pool is touched. A cut is one (the
pool's hash), but a subnet that goes back is none: it touches the pool, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from ipaddress import ip_network
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from models.errors import InvalidInput, OverlappingCidr, PoolExhausted, PrefixInUse, PrefixNotFound, SubnetPoolInUse
from models.service import rows, subnets
from models.service.subnets import parse
from models.tables import Network, Subnet, SubnetPool, SubnetPoolPrefix

CHANGEABLE = frozenset({"name", "description"})


def view(pool: SubnetPool) -> dict[str, Any]:
    """A subnet pool as users see it, less its prefixes."""
    return rows.view(pool, default_prefixlen=pool.default_prefixlen, hash=pool.hash)


def view_with_prefixes(pool: SubnetPool) -> dict[str, Any]:
    """A subnet pool as users see it, read in one statement."""
    return {**view(pool), "prefixes": [each.cidr for each in pool.prefixes]}


def create(session: Session, name: str, prefix: str, prefixlen: int) -> dict[str, Any]:
    """Add a subnet pool with one prefix. Raises InvalidInput."""
    cidr = parse(prefix)
    if not cidr.prefixlen <= prefixlen <= cidr.max_prefixlen:
        raise InvalidInput(f"no subnet of length {prefixlen} is in {cidr}")
    pool = SubnetPool.new(name=name, default_prefixlen=prefixlen, prefixes=[SubnetPoolPrefix(cidr=str(cidr))])
    session.add(pool)
    session.flush()
    return view_with_prefixes(pool)


def read(session: Session, pool_id: str) -> dict[str, Any]:
    """A subnet pool. Raises SubnetPoolNotFound."""
    return view_with_prefixes(_load(session, pool_id))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All subnet pools."""
    pools = rows.load_all(session, SubnetPool, joinedload(SubnetPool.prefixes))
    return [view_with_prefixes(pool) for pool in pools]


def update(session: Session, pool_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a subnet pool. Raises SubnetPoolNotFound, InvalidInput."""
    pool = rows.load(session, SubnetPool, pool_id)
    rows.change(pool, changes, CHANGEABLE)
    session.flush()
    return view(pool)


def delete(session: Session, pool_id: str) -> None:
    """Remove a subnet pool without subnets. Raises SubnetPoolNotFound, SubnetPoolInUse."""
    rows.lock(session, SubnetPool, pool_id, delete=True)
    pool = rows.load(session, SubnetPool, pool_id)
    if session.scalar(select(exists().where(Subnet.subnetpool_id == pool_id))):
        raise SubnetPoolInUse(f"subnets are cut from pool {pool_id}")
    session.delete(pool)
    session.flush()


def add_prefix(session: Session, pool_id: str, prefix: str) -> dict[str, Any]:
    """Add a prefix. Raises SubnetPoolNotFound, OverlappingCidr, InvalidInput."""
    cidr = parse(prefix)
    rows.touch(session, SubnetPool, pool_id)
    pool = _load(session, pool_id)
    if cidr.prefixlen > pool.default_prefixlen:
        raise InvalidInput(f"no subnet of length {pool.default_prefixlen} is in {cidr}")
    for known in pool.prefixes:
        if cidr.version != ip_network(known.cidr).version:
            raise InvalidInput(f"{cidr} is of another IP version than {known.cidr} of pool {pool_id}")
        if cidr.overlaps(ip_network(known.cidr)):
            raise OverlappingCidr(f"{cidr} overlaps {known.cidr} of pool {pool_id}")
    pool.prefixes.append(SubnetPoolPrefix(cidr=str(cidr)))
    session.flush()
    return {"id": pool_id, "prefixes": sorted(each.cidr for each in pool.prefixes)}


def remove_prefix(session: Session, pool_id: str, prefix: str) -> dict[str, Any]:
    """Remove a prefix that no subnet is cut from. Raises NotFound, PrefixInUse, InvalidInput."""
    cidr = parse(prefix)
    rows.touch(session, SubnetPool, pool_id)
    pool = _load(session, pool_id)
    found = next((each for each in pool.prefixes if each.cidr == str(cidr)), None)
    if found is None:
        raise PrefixNotFound(f"pool {pool_id} has no prefix {cidr}")
    if any(cidr.overlaps(ip_network(cut)) for cut in _cut(session, pool_id)):
        raise PrefixInUse(f"subnets are cut from {cidr}")
    pool.prefixes.remove(found)
    session.flush()
    return {"id": pool_id, "prefixes": sorted(each.cidr for each in pool.prefixes)}


def cut_subnet(session: Session, network_id: str, pool_id: str) -> dict[str, Any]:
    """Add a subnet to a network, the first of the pool that is free there.

    Raises:
        SubnetPoolNotFound, NetworkNotFound, PoolExhausted: as their names say.
    """
    # Upstream leaves it to a compare-and-swap on the hash; the lock spares the attempts that would lose it.
    rows.lock(session, SubnetPool, pool_id)
    pool = _load(session, pool_id)
    cut, subnet = choose(session, network_id, pool)
    session.add(subnet)
    pool.hash = sha256("".join(sorted([*cut, subnet.cidr])).encode()).hexdigest()
    session.flush()
    return subnets.view(subnet)


def choose(session: Session, network_id: str, pool: SubnetPool) -> tuple[Sequence[str], Subnet]:
    """What has been cut from a pool, and the next, not in any session yet. Raises NetworkNotFound, PoolExhausted."""
    rows.lock(session, Network, network_id)
    network = rows.load(session, Network, network_id)
    cut = _cut(session, pool.id)
    taken = [*cut, *session.scalars(select(Subnet.cidr).where(Subnet.network_id == network_id).order_by(Subnet.id))]
    return cut, subnets.new(network, parse(_free(pool, taken)), None, subnetpool_id=pool.id)


def _load(session: Session, pool_id: str) -> SubnetPool:
    return rows.load(session, SubnetPool, pool_id, joinedload(SubnetPool.prefixes))


def _cut(session: Session, pool_id: str) -> Sequence[str]:
    return session.scalars(select(Subnet.cidr).where(Subnet.subnetpool_id == pool_id).order_by(Subnet.id)).all()


def _free(pool: SubnetPool, taken: Sequence[str]) -> str:
    for prefix in pool.prefixes:
        for candidate in ip_network(prefix.cidr).subnets(new_prefix=pool.default_prefixlen):
            if not any(candidate.overlaps(ip_network(each)) for each in taken):
                return str(candidate)
    raise PoolExhausted(f"no subnet of pool {pool.id} is free")
