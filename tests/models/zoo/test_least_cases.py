from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from itertools import islice
from typing import ClassVar

import pytest

from fuzz import Target
from fuzz.case import Call, Case
from fuzz.generate.footprint import footprint_of
from fuzz.generate.sweep import AT_FIRST, explored
from fuzz.generate.telling import in_turn
from fuzz.postgres import Server
from fuzz.trial import Trial
from fuzz.trials import Trials
from fuzz.violations import KINDS
from models import Network, Sessions
from models.revisions import Revisions
from models.transactions import Transactions
from models.zoo.animal import Animal, animals


class CompareAndSwap(Network):
    """The service with the other mode of the related bump."""

    transactions: ClassVar[Transactions] = Transactions(Revisions(compare_and_swap=True))


LEAST = [
    pytest.param(animal, least, id=f"{animal.name}-{least.isolation}") for animal in animals() for least in animal.least
]

PAIRS = [each for each in animals() if [len(calls) for calls in each.least[0].programs.values()] == [1, 1]]


EXPLAINED_BY = {"isolation": "serial"}
"""A phenomenon of isolation explains an outcome that no serial order gives."""


@pytest.fixture(scope="module")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


def twins(animal: Animal) -> list[type[Target]]:
    """The correct targets that the animal could be taken for."""
    return [Sessions] if issubclass(animal.target, Sessions) else [Network, CompareAndSwap]


@pytest.mark.parametrize(("animal", "least"), LEAST)
def test_an_animal_shows_in_its_least_case(server: Server, animal: Animal, least: Case) -> None:
    with Trials(server) as trials:  # a database each would be too many to keep
        verdict = trials.of(animal.target)(least)
    kinds = [violation.kind for violation in verdict.violations]
    assert kinds[:1] == [animal.kinds[0]], verdict.violations
    assert (verdict.history.switches, verdict.alone, verdict.history.hung) == (least.switches, (), {})


@pytest.mark.parametrize(("animal", "least"), LEAST)
def test_the_plain_models_are_right_in_an_animals_least_case(trials: Trials, animal: Animal, least: Case) -> None:
    for twin in twins(animal):
        for isolation in ("rc", "rr", "ser"):
            verdict = trials.of(twin)(replace(least, isolation=isolation))
            assert (verdict.violations, verdict.alone, verdict.history.hung) == ((), (), {})


@pytest.mark.parametrize("animal", PAIRS, ids=lambda animal: animal.name)
def test_the_classes_that_a_sweep_runs_at_first_of_an_animals_pair_show_its_race(
    server: Server, animal: Animal
) -> None:
    least = animal.least[0]
    with Trials(server) as trials:
        trial = trials.of(animal.target)
        for programs in orders(trial, least):
            verdicts = explored(trial, replace(least, programs=programs)).verdicts()
            found = [violation.kind for verdict in islice(verdicts, AT_FIRST) for violation in verdict.violations]
            assert set(found) & set(animal.kinds), found


def orders(trial: Trial, least: Case) -> list[dict[str, tuple[Call, ...]]]:
    """The programs of a case in each order in which a sweep may take them."""
    one, other = (
        (call, footprint_of(trial(replace(least, programs={"A": (call,)}, schedule=())).history))
        for (call,) in least.programs.values()
    )
    pairs = [in_turn(one, other), in_turn(other, one)]
    return [{name: (call,) for name, (call, _) in zip("AB", pair, strict=True)} for pair in pairs]


def counted(number: int, noun: str, several: str) -> str:
    return f"{number} {noun if number == 1 else several}"


@pytest.mark.parametrize("animal", animals(), ids=lambda animal: animal.name)
def test_an_animals_file_tells_how_large_its_least_case_is(animal: Animal) -> None:
    calls, switches = min((least.calls, least.switches) for least in animal.least)
    told = f"Least: {counted(calls, 'call', 'calls')}, {counted(switches, 'switch', 'switches')}."
    assert str(import_module(animal.word).__doc__).splitlines()[-1] == told


@pytest.mark.parametrize("animal", animals(), ids=lambda animal: animal.name)
def test_an_animals_file_tells_its_bugs_the_interleaving_what_differs_and_the_check(animal: Animal) -> None:
    text = str(import_module(animal.word).__doc__)
    check = KINDS[animal.kinds[0]].check
    assert set(animal.kinds) <= set(KINDS)
    told = [*animal.bugs, "The interleaving:", "What differs:", f"Seen by `{EXPLAINED_BY.get(check, check)}`"]
    assert [words for words in told if words not in text] == []
