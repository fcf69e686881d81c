from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy import URL, make_url

from fuzz.errors import ServerError
from fuzz.postgres import open_server
from fuzz.postgres.connection import connect, masked
from fuzz.postgres.embedded import embedded_server
from fuzz.postgres.installation import installation
from fuzz.postgres.settings import EMBEDDED

PASSWORD = "p@ss/w:rd 100%"

ROLES = """
    CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'p@ss/w:rd 100%';
    CREATE ROLE reader LOGIN PASSWORD 'p@ss/w:rd 100%';
    CREATE ROLE "Maker" CREATEDB LOGIN PASSWORD 'p@ss/w:rd 100%';
    CREATE ROLE trusted CREATEDB LOGIN PASSWORD 'p@ss/w:rd 100%';
    GRANT SET ON PARAMETER deadlock_timeout, log_lock_waits, session_replication_role TO trusted;
    CREATE ROLE half CREATEDB LOGIN PASSWORD 'p@ss/w:rd 100%';
    GRANT SET ON PARAMETER log_lock_waits TO half;
"""


@dataclass(frozen=True)
class Running:
    """A server that listens on 127.0.0.1 and asks for passwords."""

    port: int

    def dsn(self, role: str, password: str = PASSWORD, scheme: str = "postgresql") -> str:
        return f"{scheme}://{role}:{quote(password, safe='')}@127.0.0.1:{self.port}/postgres"


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def loaded_at(url: URL) -> object:
    with connect(url) as connection:
        return connection.execute("SELECT pg_conf_load_time()").fetchone()


def ask_for_passwords(url: URL) -> None:
    """Have TCP connections authenticated, and wait until the server goes by it."""
    rules = Path(str(url.query["host"])) / "pg_hba.conf"
    rules.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    before = loaded_at(url)
    with connect(url) as connection:
        connection.execute("SELECT pg_reload_conf()")
    while loaded_at(url) == before:
        pass


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    port = unused_port()
    settings = {**EMBEDDED, "listen_addresses": "127.0.0.1", "port": str(port)}
    with embedded_server(installation(None), settings) as url:
        with connect(url) as connection:
            connection.execute(ROLES)
        ask_for_passwords(url)
        yield Running(port)


def refusal(dsn: str) -> ServerError:
    with pytest.raises(ServerError) as refused, open_server(dsn=dsn):
        pass
    return refused.value


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_superuser_is_served_whichever_way_the_url_is_written(running: Running, scheme: str) -> None:
    with open_server(dsn=running.dsn("boss", scheme=scheme)) as server, server.scratch() as scratch:
        assert server.origin == f"running at 127.0.0.1:{running.port}"
        assert server.url("shop").drivername == "postgresql+psycopg"
        assert server.url("shop").password == PASSWORD
        with scratch.connect() as connection:
            assert connection.execute("SHOW deadlock_timeout").fetchone() == ("1ms",)


def test_a_role_that_was_granted_what_it_takes_is_served(running: Running) -> None:
    with (
        open_server(dsn=running.dsn("trusted")) as server,
        server.scratch() as scratch,
        scratch.connect() as connection,
    ):
        assert connection.execute("SHOW deadlock_timeout").fetchone() == ("1ms",)
        connection.execute("SET session_replication_role = replica")


def test_the_password_may_be_among_the_options(running: Running) -> None:
    dsn = f"postgresql://127.0.0.1:{running.port}/postgres?user=boss&password={quote(PASSWORD)}"
    with open_server(dsn=dsn) as server:
        assert PASSWORD not in repr(server)


def test_a_url_without_a_database_stands_on_the_one_that_every_server_has(running: Running) -> None:
    with open_server(dsn=running.dsn("boss").removesuffix("/postgres")) as server:
        assert server.address.database == "postgres"


def test_a_wrong_password_is_told(running: Running) -> None:
    refused = refusal(running.dsn("boss", "s3cret/wrong"))
    assert "password authentication failed" in refused.problem
    assert "password" in refused.remedy
    assert "s3cret" not in str(refused)


def test_a_missing_password_is_told(running: Running) -> None:
    refused = refusal(f"postgresql://boss@127.0.0.1:{running.port}/postgres")
    assert "no password supplied" in refused.problem
    assert "password" in refused.remedy


def test_a_database_that_is_not_there_is_told(running: Running) -> None:
    refused = refusal(running.dsn("boss") + "_of_old")
    assert 'database "postgres_of_old" does not exist' in refused.problem
    assert "database in the DSN" in refused.remedy


def test_a_role_that_may_not_create_databases_is_told_what_to_run(running: Running) -> None:
    refused = refusal(running.dsn("reader"))
    assert "role reader may not create databases" in refused.problem
    assert "ALTER ROLE reader CREATEDB;" in refused.remedy


def test_a_role_that_may_not_set_parameters_is_told_exactly_the_grants(running: Running) -> None:
    statements = refusal(running.dsn("Maker")).remedy.removeprefix("Run as a superuser: ").split("; ")
    assert statements == [
        'GRANT SET ON PARAMETER deadlock_timeout TO "Maker"',
        'GRANT SET ON PARAMETER log_lock_waits TO "Maker"',
        'GRANT SET ON PARAMETER session_replication_role TO "Maker";',
    ]


def test_grants_that_a_role_has_are_not_asked_for_again(running: Running) -> None:
    assert "log_lock_waits" not in str(refusal(running.dsn("half")))


def test_before_version_15_a_superuser_is_asked_for(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", 140005)
    assert refusal(running.dsn("Maker")).remedy == 'Run as a superuser: ALTER ROLE "Maker" SUPERUSER;'


def test_a_version_that_is_too_old_is_told(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", 130012)
    refused = refusal(running.dsn("boss"))
    assert refused.problem == f"PostgreSQL 13.12 at 127.0.0.1:{running.port} is too old"
    assert "PostgreSQL 14 or newer" in refused.remedy


def test_nothing_listening_is_told() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        refused = refusal(f"postgresql://boss:s3cret@127.0.0.1:{port}/postgres")
    assert refused.problem.startswith(f"cannot connect to 127.0.0.1:{port}: ")
    assert "Connection refused" in refused.problem
    assert refused.remedy.startswith("Start the server")
    assert "s3cret" not in str(refused)


def test_a_socket_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refusal(f"postgresql:///postgres?host={tmp_path}").problem.startswith(f"cannot connect to {tmp_path}: ")


@pytest.mark.parametrize(
    "dsn",
    [
        "",
        "shop",
        "postgresql",
        "mysql://boss:s3cret@localhost/shop",
        "postgresql://boss:s3cret@localhost:port/shop",
        "postgresql://boss:a:s3cret/b@localhost:5432:5/shop",
        "postgresql://boss:s3cret@[::1/shop",
        "postgresql://boss:s3cret@localhost:1/shop?no_such_option=1",
        "postgresql://boss:s3cret@localhost:99999999/shop",
        "postgresql://boss:s3cret@localhost:1/shop?connect_timeout=soon",
        "postgresql://boss:s3cret@host1/shop?host=host2:port",
        "postgresql://boss:s3%00cret@localhost:1/shop",
        "postgresql://boss:pa@s3cret@localhost:1/shop",
        "postgresql://boss:pa@s3cret/word@localhost:1/shop",
        "postgresql://boss:s3cret@no..host/shop",
    ],
)
def test_a_malformed_dsn_is_told_without_its_password(dsn: str) -> None:
    refused = refusal(dsn)
    assert refused.remedy
    assert "s3cret" not in str(refused)
    assert "s3%00cret" not in str(refused)


def test_secrets_are_masked_in_every_spelling() -> None:
    url = make_url(f"postgresql://boss:{quote(PASSWORD, safe='')}@localhost/shop?sslpassword=hush")
    spoken = f"{PASSWORD} {quote(PASSWORD)} {quote(PASSWORD, safe='')} p%40ss%2Fw%3Ard+100%25 hush"
    assert masked(url, spoken) == "*** *** *** *** ***"
