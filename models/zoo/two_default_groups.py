"""LP1475938: a project has two default security groups.

The interleaving: A finds that the project has none, B makes one and commits, A makes its own.

What differs: the group is part of the primary key of the defaults, so that it holds nobody off. In correct code a
project is in it once, and the one who comes second looks again, in a new transaction.

Seen by `serial`: the calls return two groups, where the second returns the first's in either order. Under READ
COMMITTED and REPEATABLE READ.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

from models import seed
from models.network import Network
from models.zoo.animal import Animal, call, preempted


class TwoDefaultGroups(Network):
    """Service operations without a constraint behind their check."""

    def create(self, engine: Engine) -> None:
        """Make the schema, with a key that is too wide."""
        super().create(engine)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE default_security_group DROP CONSTRAINT default_security_group_pkey"))
            connection.execute(
                text("ALTER TABLE default_security_group ADD PRIMARY KEY (project_id, security_group_id)")
            )


_DEFAULT = [call("ensure_default_security_group", project=seed.PROJECT)]

ANIMAL = Animal(
    TwoDefaultGroups,
    bugs=("LP1475938",),
    kinds=("write-skew", "phantom", "no-serial-order"),
    least=(preempted(_DEFAULT, 1, _DEFAULT),),
)
