"""The application: its commands, in the order that its help gives them."""

from __future__ import annotations

import typer

from fuzz.cli.doctor import doctor
from fuzz.cli.explain import explain
from fuzz.cli.explore import explore_command
from fuzz.cli.replay import replay
from fuzz.cli.run import run
from fuzz.cli.show import show
from fuzz.cli.targets import targets

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain text: no boxes, no escapes
    help="rowrace: a property-based concurrency fuzzer for SQLAlchemy code on PostgreSQL.",
)
app.command()(run)
app.command("explore")(explore_command)
for command in (replay, show, explain, targets, doctor):
    app.command()(command)
