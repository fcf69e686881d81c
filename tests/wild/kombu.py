"""kombu==5.7.0: queues in two tables; a lock in Python keeps threads apart, not processes."""

from __future__ import annotations

from hypothesis import strategies as st
from kombu import Connection, Producer
from kombu.transport.virtual import Channel

from fuzz import Target, operation


class _Queue(Target):
    locks_passed_by = True

    def open(self, url: str) -> Channel:
        return Connection(f"sqla+{url}").channel()


class NewQueue(_Queue):
    """The first two messages of a queue: IntegrityError, and one is lost.

    Both find no such queue and insert it.
    """

    def seed(self, app: Channel) -> None:
        app.queue_declare("other")

    @operation(body=st.sampled_from(["first", "second"]))
    def publish(self, app: Channel, body: str) -> None:
        Producer(app).publish(body, routing_key="tasks")


class Counted(_Queue):
    """The number of messages is asked for: the connection is left in a transaction."""

    def seed(self, app: Channel) -> None:
        app.queue_declare("tasks")

    @operation
    def count(self, app: Channel) -> int:
        return app.queue_declare("tasks", passive=True).message_count


class TwoMessages(_Queue):
    """Two consumers of a queue with two messages: each gets one. Silent."""

    def seed(self, app: Channel) -> None:
        for body in ("first", "second"):
            Producer(app).publish(body, routing_key="tasks")

    @operation
    def take(self, app: Channel) -> object:
        message = app.basic_get("tasks", no_ack=True)
        return message and message.decode()
