"""What the two modes of the related bump protect: compare-and-swap, and the blind one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from fuzz import Target
from fuzz.case import Call, Case
from fuzz.postgres import Server
from fuzz.trials import Trials
from models import Network, seed
from models.revisions import Revisions
from models.transactions import ATTEMPTS, Transactions
from models.zoo import duplicate_rules, overlapping_subnets
from models.zoo.animal import Animal

COMPARE_AND_SWAP = Transactions(Revisions(compare_and_swap=True))


class Swapping(Network):
    """The service with compare-and-swap."""

    transactions: ClassVar[Transactions] = COMPARE_AND_SWAP


class SubnetsWithoutLock(overlapping_subnets.OverlappingSubnets):
    """The animal with compare-and-swap."""

    transactions: ClassVar[Transactions] = COMPARE_AND_SWAP


class RulesWithoutLock(duplicate_rules.DuplicateRules):
    """The animal with compare-and-swap."""

    transactions: ClassVar[Transactions] = COMPARE_AND_SWAP


@pytest.fixture(scope="module")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


@pytest.mark.parametrize(
    ("animal", "with_swap"),
    [(overlapping_subnets.ANIMAL, SubnetsWithoutLock), (duplicate_rules.ANIMAL, RulesWithoutLock)],
)
def test_a_check_without_a_lock_holds_with_compare_and_swap(
    trials: Trials, animal: Animal, with_swap: type[Target]
) -> None:
    for steps in range(1, 12):
        schedule = ("A",) * steps + ("B",) * 50
        verdict = trials.of(with_swap)(animal.least[0].scheduled(schedule))
        assert (verdict.violations, verdict.alone) == ((), ())


def rename(subnet: str, name: str) -> Call:
    return Call("update_subnet", {"subnet": subnet, "changes": {"name": name}, "expected": None})


def interrupted(target: type[Target], trials: Trials, times: int) -> tuple[str, int]:
    """How a change of a subnet ends, and how often it is rolled back, when B changes another one in its way."""
    others = tuple(rename(seed.FREE_SUBNET, "ab"[each % 2]) for each in range(times))
    # A has read; B makes one call, five steps of it; A finds that out in two UPDATEs, and rolls back.
    schedule = ("A", *"BBBBB", *"AAA") * times
    case = Case("", "rc", {"A": (rename(seed.SUBNET, "a"),), "B": others}, schedule)
    history = trials.of(target)(case).history
    (end,) = (each for each in history.outcomes if each.session == "A")
    rollbacks = sum(step.sql == "ROLLBACK" for step in history.steps if step.session == "A")
    return end.failure.name if end.failure else "done", rollbacks


def test_children_of_one_parent_are_written_side_by_side_with_the_blind_mode(trials: Trials) -> None:
    assert interrupted(Network, trials, ATTEMPTS) == ("done", 0)


def test_children_of_one_parent_make_each_other_try_again_with_compare_and_swap(trials: Trials) -> None:
    assert interrupted(Swapping, trials, 1) == ("done", 1)
    assert interrupted(Swapping, trials, ATTEMPTS) == ("Contention", ATTEMPTS)
