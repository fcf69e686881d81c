"""flask-session==0.8.0: what a visitor's session holds, in one column of a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from flask import Flask, session
from flask_session import Session
from flask_sqlalchemy import SQLAlchemy
from hypothesis import strategies as st

from fuzz import Target, operation

VISITOR = "visitor"


def make_app(url: str) -> Flask:
    """An application that keeps its visitors' sessions in the database."""
    app = Flask("shop")
    app.testing = True
    database = SQLAlchemy()
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SESSION_TYPE="sqlalchemy", SESSION_SQLALCHEMY=database)
    database.init_app(app)
    Session(app)

    @app.get("/write/<key>")
    def write(key: str) -> str:
        session[key] = "chosen"
        return "written"

    @app.get("/logout")
    def logout() -> str:
        session.clear()
        return "bye"

    return app


class _Visit(Target):
    lifetime = timedelta(days=1)

    def open(self, url: str) -> Flask:
        return make_app(url)

    def seed(self, app: Flask) -> None:
        interface: Any = app.session_interface
        ends = datetime.now(UTC).replace(tzinfo=None) + self.lifetime
        data = msgspec.msgpack.encode({"user": "Ann"})
        with app.app_context():
            interface.client.session.add(interface.sql_session_model(f"session:{VISITOR}", data, ends))
            interface.client.session.commit()


class LoggedOut(_Visit):
    """A request that ends the session against one that writes to it: the session that has ended is back.

    The UPDATE of the row that is gone raises StaleDataError; it is tried again, and then becomes an INSERT.
    """

    @operation
    def write(self, app: Flask) -> int:
        return _visit(app, "/write/colour")

    @operation
    def logout(self, app: Flask) -> int:
        return _visit(app, "/logout")


class TwoKeys(_Visit):
    """Two requests that write different keys: one of them is lost, as all keys are in one column."""

    @operation(key=st.sampled_from(["colour", "size"]))
    def write(self, app: Flask, key: str) -> int:
        return _visit(app, f"/write/{key}")


class Expired(_Visit):
    """Two requests that come with a session that has expired: both delete it, and begin one of their own. Silent."""

    lifetime = timedelta(days=-1)

    @operation
    def write(self, app: Flask) -> int:
        return _visit(app, "/write/colour")


def _visit(app: Flask, path: str) -> int:
    client = app.test_client()
    client.set_cookie("session", VISITOR)
    return client.get(path).status_code
