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
from fuzz.postgres import Server, open_server
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


class Ending(Script):
    """Its operation ends whoever else uses its database."""

    @operation
    def end(self, session: Session) -> None:
        session.execute(text(OTHERS))
        session.commit()


OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


@pytest.mark.parametrize("schedule", ["A", "BA"])
def test_a_connection_of_rowrace_s_own_that_is_ended_under_a_run_is_told_and_the_server_is_not_lost(
    server: Server, schedule: str, caplog: pytest.LogCaptureFixture
) -> None:
    address = server.address.render_as_string(hide_password=False)
    with (
        pytest.raises(ServerError, match=r"the server at /\S+ is up, but rowrace's own connection to it was ended: "),
        open_server(dsn=address) as opened,
        opened.scratch() as scratch,
        closing(Stage(Ending(), scratch)) as stage,
    ):
        stage.run(case(schedule, A=Call("end"), B=sql(change(1), "commit")))
    assert not caplog.records


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
