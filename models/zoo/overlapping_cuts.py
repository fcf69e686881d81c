"""LP1451576: two subnets are cut from the same addresses of a pool.

The interleaving: A chooses a range of the pool that is free, B cuts it for another network and commits, A cuts it, too.

What differs: `cut_subnet` locks the pool for itself and all others that cut, and does not write the hash that stands
for what has been cut, whose compare-and-swap would do, too. Correct code locks it for itself, and writes the hash.

Seen by `serial`: both calls succeed, where the second is refused in either order, or gets other addresses. Under READ
COMMITTED and REPEATABLE READ.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fuzz import operation
from fuzz.case import Call
from models import seed
from models.network import Network
from models.operations.networks import NETWORK
from models.operations.subnetpools import POOL
from models.service import rows, subnetpools, subnets
from models.tables import StandardAttribute, SubnetPool
from models.zoo.animal import Animal, call, preempted


class OverlappingCuts(Network):
    """Service operations, one of which shares its lock, and leaves no trace where others look."""

    @operation(network=NETWORK, pool=POOL)
    def cut_subnet(self, session: Session, network: str, pool: str) -> dict[str, Any]:
        """Add a subnet to a network, with addresses of a subnet pool."""
        return self.transactions.run(session, lambda s: _cut(s, network, pool))


def _cut(session: Session, network_id: str, pool_id: str) -> dict[str, Any]:
    of_pool = select(StandardAttribute.id).join(SubnetPool).where(SubnetPool.id == pool_id)
    session.execute(of_pool.with_for_update(read=True)).all()  # it stays, and so do its prefixes
    pool = rows.load(session, SubnetPool, pool_id, joinedload(SubnetPool.prefixes))
    _, subnet = subnetpools.choose(session, network_id, pool)
    session.add(subnet)
    session.flush()
    return subnets.view(subnet)


def _for(network: str) -> list[Call]:
    return [call("cut_subnet", network=network, pool=seed.SMALL_POOL)]


ANIMAL = Animal(
    OverlappingCuts,
    bugs=("LP1451576",),
    kinds=("write-skew", "phantom", "no-serial-order"),
    least=(preempted(_for(seed.NETWORK), 5, _for(seed.OTHER_NETWORK)),),
)
