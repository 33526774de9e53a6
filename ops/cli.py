"""The `tripo` command line: each command lives in a module of its own, imported when it is asked for."""

from __future__ import annotations

import sys

import typer

from ops import listing
from ops.audit.served import served
from ops.importing import collect_seldom, imported
from ops.summary import fail
from streams.errors import AccessError

COMMANDS: dict[str, tuple[str, str]] = {  # name → module, and its function or typer group
    "dev": ("ops.dev", "dev"),
    "worker": ("ops.worker", "worker"),
    "mirror": ("ops.mirror", "mirror"),
    "simulate": ("ops.simulate", "simulate"),
    "feed": ("ops.feed", "feed"),
    "tail": ("ops.tail", "tail"),
    "table": ("ops.table", "table"),
    "lag": ("ops.lag", "lag"),
    "dead": ("ops.dead", "app"),
    "topics": ("ops.topics", "app"),
    "schemas": ("ops.schemas", "app"),
    "matching": ("ops.matching", "app"),
    "support": ("ops.support.command", "app"),
    "audit": ("ops.audit.command", "app"),
    "growth": ("ops.growth.command", "app"),
    "pricing": ("ops.pricing.command", "app"),
    "chaos": ("ops.chaos.command", "chaos"),
    "fuzz": ("ops.chaos.fuzz", "fuzz"),
    "bench": ("bench.command", "app"),
}


def build(names: list[str]) -> typer.Typer:
    """The application with some of its commands."""
    app = typer.Typer(
        name="tripo",
        help="Event-driven decisions on Kafka: run, feed, look, break, measure.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def root() -> None:
        """Event-driven decisions on Kafka: run, feed, look, break, measure."""

    for name in names:
        module, attribute = COMMANDS[name]
        command = getattr(imported(module), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name=name)(command)
    return app


def main() -> None:
    """Entry point of the `tripo` script."""
    code = served(sys.argv)
    if code is not None:
        sys.exit(code)
    run()


def run() -> None:
    """Do in this process what the command line asks for."""
    collect_seldom()
    listing.beside = "--json" in sys.argv
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    app = build([asked] if asked in COMMANDS else list(COMMANDS))
    try:
        app()
    except AccessError as error:
        fail(str(error), 2)


if __name__ == "__main__":
    main()
