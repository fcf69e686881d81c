from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fuzz import operation
from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.errors import ServerError
from fuzz.postgres import open_server
from tests.targets_for_engine import Script, case, change, sql


class Killing(Script):
    """Its operation ends the server that it runs on, and takes what comes of that for one more error."""

    @operation
    def kill(self, session: Session) -> None:
        session.execute(text(change(1)))
        directory = session.scalar(text("SHOW data_directory"))
        os.kill(int((Path(str(directory)) / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        try:
            session.execute(text("SELECT pg_sleep(600)"))
        except DBAPIError:
            session.rollback()


@pytest.mark.parametrize("schedule", ["A", "BA"])
def test_a_server_that_is_lost_under_a_run_is_told_in_one_word(schedule: str, caplog: pytest.LogCaptureFixture) -> None:
    with (
        pytest.raises(ServerError, match=r"lost the server at /\S+: .*connection"),
        open_server() as server,
        server.scratch() as scratch,
        closing(Stage(Killing(), scratch)) as stage,
    ):
        stage.run(case(schedule, A=Call("kill"), B=sql(change(1), "commit")))
    assert not caplog.records
