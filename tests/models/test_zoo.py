from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from fuzz import Target
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.postgres import Scratch
from fuzz.trial import Trial, Verdict
from models import Network, Sessions, seed
from models.zoo.expired_parent import ExpiredParent
from models.zoo.late_if_match import LateIfMatch
from models.zoo.lost_bump import LostBump
from models.zoo.retry_omits_stale import RetryOmitsStale
from models.zoo.vanished_binding import VanishedBinding

Run = Callable[[type[Target], Case], Verdict]


@pytest.fixture
def run(scratch: Scratch) -> Iterator[Run]:
    """Runs and judges one case of a target."""
    with ExitStack() as stack:

        def run_one(target: type[Target], case: Case) -> Verdict:
            return Trial(stack.enter_context(closing(Stage(target(), scratch))))(case)

        yield run_one


def case(first: list[Call], steps: int, second: list[Call], isolation: str = "rc") -> Case:
    """A takes some steps, then B goes to its end, then A."""
    return Case("x", isolation, {"A": tuple(first), "B": tuple(second)}, ("A",) * steps + ("B",) * 50)


def update(operation: str, key: str, name: str, expected: int | None = None) -> Call:
    return Call(f"update_{operation}", {operation: key, "changes": {"name": name}, "expected": expected})


EXPIRED_PARENT = case(
    [Call("add", {"kind": "rule"}), Call("expire_all"), Call("flush")],
    1,
    [Call("delete", {"which": seed.FREE_GROUP}), Call("commit")],
)
LOST_BUMP = case([update("subnet", seed.SUBNET, "a")], 4, [update("subnet", seed.FREE_SUBNET, "a")])
STALE = case([update("network", seed.NETWORK, "a")], 1, [update("network", seed.NETWORK, "b")])
BINDING = {"port": seed.PORT, "group": seed.GROUP}
VANISHED_BINDING = case([Call("bind_port", BINDING)], 3, [Call("unbind_port", BINDING)])
LATE_IF_MATCH = case([update("network", seed.NETWORK, "a", 0)], 1, [update("network", seed.NETWORK, "b")])

EXPIRED_BY_COMMIT = case(
    [Call("get", {"which": seed.FREE_GROUP}), Call("commit"), Call("add", {"kind": "rule"}), Call("flush")],
    2,
    [Call("delete", {"which": seed.FREE_GROUP}), Call("commit")],
    "rr",
)

ANIMALS: list[tuple[type[Target], Case, str, int]] = [
    (ExpiredParent, EXPIRED_PARENT, "ObjectDeleted", 5),
    (ExpiredParent, EXPIRED_BY_COMMIT, "ObjectDeleted", 6),
    (LostBump, LOST_BUMP, "StuckRevision", 2),
    (RetryOmitsStale, STALE, "StaleData", 2),
    (VanishedBinding, VANISHED_BINDING, "ObjectDeleted", 2),
    (LateIfMatch, LATE_IF_MATCH, "ErrorViolation", 2),
]


@pytest.mark.parametrize(("animal", "least", "kind", "calls"), ANIMALS)
def test_each_animal_shows_in_its_least_case(
    run: Run, animal: type[Target], least: Case, kind: str, calls: int
) -> None:
    verdict = run(animal, least)
    assert type(verdict.violations[0]).__name__ == kind
    assert (least.calls, verdict.history.switches, verdict.alone) == (calls, 2, ())


@pytest.mark.parametrize("isolation", ["rc", "rr", "ser"])
@pytest.mark.parametrize(
    "least", [EXPIRED_PARENT, EXPIRED_BY_COMMIT, LOST_BUMP, STALE, VANISHED_BINDING, LATE_IF_MATCH]
)
def test_the_reference_target_is_right_in_the_same_cases(run: Run, least: Case, isolation: str) -> None:
    target = Sessions if least in (EXPIRED_PARENT, EXPIRED_BY_COMMIT) else Network
    verdict = run(target, Case("x", isolation, least.programs, least.schedule))
    assert (verdict.violations, verdict.alone) == ((), ())
    assert verdict.history.hung == {}
