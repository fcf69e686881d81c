"""The application: its commands, in the order that its help gives them."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from fuzz.cli.doctor import doctor
from fuzz.cli.explain import explain
from fuzz.cli.explore import explore_command
from fuzz.cli.replay import replay
from fuzz.cli.run import run
from fuzz.cli.show import show
from fuzz.cli.targets import targets


class _Commands(TyperGroup):
    """All commands; one that is interrupted before it has anything to tell says that."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is named."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("rowrace: interrupted", err=True)
            raise


app = typer.Typer(
    cls=_Commands,
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
