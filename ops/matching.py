"""`tripo matching`: look into and measure the matching agent. What to look at in; tables and, with --json, one object, out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.summary import fail
from ops.why import why

app = typer.Typer(help="Look into and measure the matching agent.", no_args_is_help=True)


@app.callback()
def matching() -> None:
    """Look into and measure the matching agent."""


@app.command()
def evaluate(
    *,
    simulate: Annotated[int | None, typer.Option(metavar="SEEDS", min=1, help="a simulated city, so many seeds of it (20)")] = None,
    cabspotting: Annotated[
        Path | None, typer.Option(metavar="DIR", help="holds cabspotting_pings_*.csv.gz and cabspotting_trips_*.csv.gz")
    ] = None,
    grubhub: Annotated[Path | None, typer.Option(metavar="DIR", help="holds meal delivery instances, grubhub_mdrp_*.tar.gz")] = None,
    policies: Annotated[str | None, typer.Option(help="names, with commas between; greedy-nearest is always there")] = None,
    states: Annotated[str | None, typer.Option(help="of the simulated market: plenty, balanced, scarce")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="recorded days, the first ones")] = None,
    hours: Annotated[
        str, typer.Option(metavar="FROM-TO", help="of each recorded day; an hour before and half an hour after is not measured")
    ] = "0-24",
    workers: Annotated[int, typer.Option(min=1, help="processes")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="end with one JSON object")] = False,
) -> None:
    """Measure the agent's own step against greedy nearest, on the same demand; exit 1 when a target is missed."""
    asked = [each is not None for each in (simulate, cabspotting, grubhub)]
    if sum(asked) != 1:
        fail("give one of --simulate SEEDS, --cabspotting DIR, --grubhub DIR", 2)
    if grubhub is not None:
        from ops.evaluate.grubhub import grubhub as evaluate_grubhub

        raise typer.Exit(evaluate_grubhub(grubhub, as_json))
    if simulate is not None:
        from ops.evaluate.simulated import COMPARED as SIMULATED
        from ops.evaluate.simulated import STATES, evaluate_simulated

        names = _names(policies, SIMULATED)
        raise typer.Exit(evaluate_simulated(simulate, states=_names(states, STATES), policies=names, workers=workers, as_json=as_json))
    if cabspotting is not None:
        from ops.evaluate.cabspotting import COMPARED, evaluate_cabspotting

        names, span = _names(policies, COMPARED), _span(hours)
        raise typer.Exit(evaluate_cabspotting(cabspotting, days=days, hours=span, policies=names, workers=workers, as_json=as_json))


def _names(given: str | None, every: tuple[str, ...]) -> tuple[str, ...]:
    return every if given is None else tuple(name.strip() for name in given.split(","))


def _span(hours: str) -> tuple[float, float]:
    try:
        begin, end = (float(each) for each in hours.split("-"))
    except ValueError:
        begin, end = 0.0, 0.0
    if not 0 <= begin < end <= 24:
        fail(f"--hours {hours}: give two hours of the day, such as 7-12", 2)
    return begin, end


app.command()(why)
