"""APScheduler==3.11.3: jobs in a table, each pickled into one column."""

from __future__ import annotations

from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from hypothesis import strategies as st

from fuzz import Target, operation

JOB = "report"


class _Jobs(Target):
    def open(self, url: str) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url)})
        scheduler.start(paused=True)
        return scheduler

    def seed(self, app: BackgroundScheduler) -> None:
        _add(app)


class ReplacedAndRemoved(_Jobs):
    """`add_job(replace_existing=True)` against `remove_job`: JobLookupError out of `add_job`.

    The INSERT meets the job that is there, the job is removed, and the UPDATE that comes instead finds nothing.
    """

    @operation
    def add(self, app: BackgroundScheduler) -> None:
        _add(app)

    @operation
    def remove(self, app: BackgroundScheduler) -> bool:
        try:
            app.remove_job(JOB)
        except JobLookupError:
            return False
        return True


class Modified(_Jobs):
    """`modify_job` twice, of different attributes: one is lost, as the whole pickle is written back."""

    @operation(name=st.sampled_from(["daily", "weekly"]))
    def rename(self, app: BackgroundScheduler, name: str) -> None:
        app.modify_job(JOB, name=name)

    @operation(instances=st.integers(2, 3))
    def limit(self, app: BackgroundScheduler, instances: int) -> None:
        app.modify_job(JOB, max_instances=instances)


def _add(scheduler: BackgroundScheduler) -> None:
    scheduler.add_job("builtins:print", "date", run_date="2100-01-01", id=JOB, replace_existing=True)
