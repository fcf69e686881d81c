from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models import Sessions, seed
from models.sessions import Documented, Gone, Refused, Stale

target = Sessions()


def delete(session: Session, which: str) -> None:
    target.delete(session, which)
    target.commit(session)


def works_again(session: Session) -> None:
    """What the fuzzer does after an operation that raised, and that the session is of use then."""
    session.rollback()
    assert target.get(session, seed.NETWORK)
    target.change(session, seed.NETWORK)
    target.commit(session)


def test_a_change_is_seen_by_others_once_committed(session: Session, other: Session) -> None:
    target.change(session, seed.NETWORK)
    target.flush(session)
    assert target.touch(other, seed.NETWORK) == "first"
    target.commit(session)
    assert target.touch(other, seed.NETWORK) == "first"
    target.expire_all(other)
    assert target.touch(other, seed.NETWORK) == "firstx"


def test_a_refresh_shows_what_others_committed(session: Session, other: Session) -> None:
    target.get(other, seed.NETWORK)
    target.change(session, seed.NETWORK)
    target.commit(session)
    target.refresh(other, seed.NETWORK)
    assert target.touch(other, seed.NETWORK) == "firstx"


def test_a_rollback_takes_everything_back(session: Session) -> None:
    target.change(session, seed.NETWORK)
    target.delete(session, seed.PORT)
    target.rollback(session)
    assert target.touch(session, seed.NETWORK) == "first"
    assert target.get(session, seed.PORT)


@pytest.mark.parametrize("kind", ["subnet", "port", "rule"])
def test_a_child_is_added_once_its_parent_is_there(session: Session, kind: str) -> None:
    target.add(session, kind)
    assert len(session.new) > 0
    target.commit(session)
    assert not session.new


def test_a_merged_name_is_committed(session: Session, other: Session) -> None:
    target.merge(session, seed.PORT)
    target.commit(session)
    assert target.touch(other, seed.PORT) == target.touch(session, seed.PORT) != seed.PORT


def test_what_is_deleted_is_not_there(session: Session, other: Session) -> None:
    delete(session, seed.PORT)
    assert not target.get(session, seed.PORT)
    assert not target.get(other, seed.PORT)
    assert target.touch(other, seed.PORT) is None


def test_acts_on_what_is_not_there_do_nothing(session: Session) -> None:
    delete(session, seed.PORT)
    target.touch(session, seed.PORT)
    target.change(session, seed.PORT)
    target.refresh(session, seed.PORT)
    target.delete(session, seed.PORT)
    target.commit(session)


def test_touching_an_expired_object_that_another_deleted_tells_that_it_is_gone(
    session: Session, other: Session
) -> None:
    target.get(session, seed.PORT)
    target.expire_all(session)
    delete(other, seed.PORT)
    with pytest.raises(Gone):
        target.touch(session, seed.PORT)
    works_again(session)
    assert not target.get(session, seed.PORT)


def test_refreshing_an_object_that_another_deleted_tells_that_it_is_gone(session: Session, other: Session) -> None:
    target.get(session, seed.PORT)
    delete(other, seed.PORT)
    with pytest.raises(Gone):
        target.refresh(session, seed.PORT)
    works_again(session)


def test_flushing_a_change_over_anothers_tells_that_it_is_stale(session: Session, other: Session) -> None:
    target.change(session, seed.PORT)
    target.change(other, seed.PORT)
    target.commit(other)
    with pytest.raises(Stale):
        target.flush(session)
    works_again(session)


def test_deleting_what_another_deleted_tells_that_it_is_stale(session: Session, other: Session) -> None:
    target.change(session, seed.PORT)
    delete(other, seed.PORT)
    with pytest.raises(Stale):
        target.commit(session)
    works_again(session)


def test_a_network_with_ports_is_not_deleted(session: Session) -> None:
    with pytest.raises(Refused):
        target.delete(session, seed.NETWORK)
    works_again(session)


def test_a_rule_is_not_added_to_a_group_that_another_deleted(session: Session, other: Session) -> None:
    target.get(session, seed.FREE_GROUP)
    target.expire_all(session)
    delete(other, seed.FREE_GROUP)
    target.add(session, "rule")
    with pytest.raises(Refused):
        target.flush(session)
    works_again(session)


def test_merging_what_is_gone_does_not_raise_it_from_the_dead(session: Session) -> None:
    delete(session, seed.PORT)
    target.merge(session, seed.PORT)
    with pytest.raises(Refused):
        target.flush(session)
    works_again(session)
    assert not target.get(session, seed.PORT)


def test_an_error_that_is_not_documented_is_left_as_it_is(session: Session) -> None:
    target.get(session, seed.PORT)
    session.connection().close()
    with pytest.raises(Exception, match="closed") as raised:
        target.refresh(session, seed.PORT)
    assert not isinstance(raised.value, Documented)
