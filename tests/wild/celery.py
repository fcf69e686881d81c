"""celery==5.7.0: states and results of tasks in a table."""

from __future__ import annotations

from celery import Celery, states
from celery.backends.database import DatabaseBackend

from fuzz import Target, operation

TASK = "af4b0d2c-0f3e-4b0a-9d5c-2f6a3e7c1b8d"


class Results(Target):
    """Results of one task are stored and forgotten, in any order: the database's errors are retried. Silent."""

    def open(self, url: str) -> DatabaseBackend:
        return DatabaseBackend(app=Celery("shop"), url=url)

    def seed(self, app: DatabaseBackend) -> None:
        app.forget(TASK)  # makes the tables

    @operation
    def succeed(self, app: DatabaseBackend) -> None:
        app.store_result(TASK, 42, states.SUCCESS)

    @operation
    def fail(self, app: DatabaseBackend) -> None:
        app.store_result(TASK, ValueError("no"), states.FAILURE)

    @operation
    def start(self, app: DatabaseBackend) -> None:
        app.store_result(TASK, {"pid": 1}, states.STARTED)

    @operation
    def forget(self, app: DatabaseBackend) -> None:
        app.forget(TASK)
