"""Several processes that explore the matrix end together, however they end."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator

import pytest

from fuzz.campaign.matrix import Agenda, MatrixEnded, MatrixEvent, PairExplored, Terms
from fuzz.campaign.together import explore_together
from fuzz.errors import ToolError
from fuzz.generate.lessons import learn_calls
from fuzz.generate.meetings import meetings
from fuzz.generate.programs import single
from fuzz.lookup import find_target
from fuzz.postgres import Server
from fuzz.trials import Trials

WORD = "models:Network"


@pytest.fixture
def events(server: Server) -> Iterator[Iterator[MatrixEvent]]:
    with Trials(server) as trials:
        trial = trials.of(find_target(WORD))
        learnt = learn_calls(trial, WORD, 1)
        terms = Terms(WORD, 1, ("rc",), 600.0, server.version, learnt.calls)
        dsn = server.address.render_as_string(hide_password=False)
        yield explore_together(2, trial, Agenda(meetings(single(learnt.alone)), terms), dsn)


def test_ctrl_c_ends_them_all_and_what_they_have_told_is_kept(events: Iterator[MatrixEvent]) -> None:
    assert isinstance(next(events), PairExplored)
    os.kill(os.getpid(), signal.SIGINT)
    *_, last = events
    assert isinstance(last, MatrixEnded)
    assert last.matrix.interrupted
    assert last.matrix.exit == 130
    assert last.matrix.runs > 0
    assert multiprocessing.active_children() == []


def test_before_a_word_of_all_what_is_to_be_explored_is_waiting(events: Iterator[MatrixEvent]) -> None:
    first = next(events)
    assert isinstance(first, PairExplored)
    so_far = first.matrix()
    os.kill(os.getpid(), signal.SIGINT)
    *_, last = events
    assert isinstance(last, MatrixEnded)
    assert {operations: [each.invoked for each in cell] for operations, cell in so_far.cells.items()} == {
        operations: [each.invoked for each in cell] for operations, cell in last.matrix.cells.items()
    }
    unheard = [each for cell in so_far.cells.values() for each in cell if not each.classes]
    assert unheard
    assert {(each.left, each.isolation) for each in unheard} == {(1, "rc")}


def test_if_one_is_killed_all_end_with_a_word_on_it(events: Iterator[MatrixEvent]) -> None:
    assert isinstance(next(events), PairExplored)
    multiprocessing.active_children()[0].kill()
    with pytest.raises(ToolError, match="is gone"):
        list(events)
    assert multiprocessing.active_children() == []
