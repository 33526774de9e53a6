"""`tripo growth`: feed, measure and look into the growth agent. What to look at in; tables and, with --json, one object, out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.summary import fail

app = typer.Typer(help="Feed, measure and look into the growth agent.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="end with one JSON object")]


@app.callback()
def growth() -> None:
    """Feed, measure and look into the growth agent."""


@app.command()
def evaluate(
    *,
    hourly: Annotated[Path | None, typer.Option(metavar="FILE", help="hours and counts: Date/Time, Count")] = None,
    trips: Annotated[Path | None, typer.Option(metavar="FILE", help="trips with pickup time and zone, as the TLC publishes them")] = None,
    as_json: Json = False,
) -> None:
    """Measure the forecasts of the agent's own step against the same hour a week before; exit 1 when less than 15 % better."""
    if hourly is None and trips is None:
        fail("give --hourly FILE, --trips FILE or both", 2)
    from ops.growth.evaluate import evaluate as evaluate_forecasts

    raise typer.Exit(evaluate_forecasts(hourly, trips, as_json=as_json))
