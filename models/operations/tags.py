"""Tags."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.errors import InvalidInput
from models.operations.shared import _Operations
from models.service import tags
from models.tables import Base, Resource

KINDS: dict[str, type[Resource]] = {
    mapper.class_.__tablename__: mapper.class_
    for mapper in Base.registry.mappers
    if issubclass(mapper.class_, Resource)
}
TAGGED = st.sampled_from([f"networks/{seed.NETWORK}", f"ports/{seed.PORT}", f"subnets/{seed.FREE_SUBNET}"])
TAG = st.sampled_from(seed.TAGS)


class _Tags(_Operations):
    """What is done with the tags of resources; `networks/net-1` is a resource."""

    @operation(resource=TAGGED)
    def read_tags(self, session: Session, resource: str) -> dict[str, Any]:
        """The tags of a resource."""
        model, key = _resource(resource)
        return self.transactions.run(session, lambda s: tags.read(s, model, key))

    @operation(resource=TAGGED, tag=TAG)
    def add_tag(self, session: Session, resource: str, tag: str) -> dict[str, Any]:
        """Put a tag on a resource."""
        model, key = _resource(resource)
        return self.transactions.run(session, lambda s: tags.add(s, model, key, tag))

    @operation(resource=TAGGED, tag=TAG)
    def remove_tag(self, session: Session, resource: str, tag: str) -> dict[str, Any]:
        """Take a tag off a resource."""
        model, key = _resource(resource)
        return self.transactions.run(session, lambda s: tags.remove(s, model, key, tag))


def _resource(path: str) -> tuple[type[Resource], str]:
    kind, _, key = path.partition("/")
    if kind not in KINDS:
        raise InvalidInput(f"{kind!r} is no kind of resource")
    return KINDS[kind], key
