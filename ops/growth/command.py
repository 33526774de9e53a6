"""`tripo growth`: feed, measure and look into the growth agent. What to look at in; tables and, with --json, one object, out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ops.growth.fuzz import command as fuzz
from ops.summary import fail

app = typer.Typer(help="Feed, measure and look into the growth agent.", no_args_is_help=True)
app.command(name="fuzz")(fuzz)

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


@app.command()
def simulate(
    *,
    riders: Annotated[int, typer.Option(min=1, help="how many there are")] = 2000,
    rate: Annotated[float, typer.Option(min=0.1, help="requests a second")] = 20.0,
    seconds: Annotated[float, typer.Option(min=0, help="stop after so many; 0: at Ctrl-C")] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="of all that is random")] = 1,
    as_json: Json = False,
) -> None:
    """Feed riders with profiles, occasions and answers to their offers; orders and drivers come from `tripo simulate`."""
    from ops.growth.riders import simulate as simulate_riders

    raise typer.Exit(simulate_riders(riders=riders, rate=rate, seconds=seconds, seed=seed, as_json=as_json))


@app.command()
def bench(
    *,
    events: Annotated[int, typer.Option(min=1000, help="of all topics together")] = 200_000,
    as_json: Json = False,
) -> None:
    """Measure the step alone: events a second on one core, of a busy hour's mix; exit 1 below 20,000."""
    from ops.growth.pace import bench as bench_step

    raise typer.Exit(bench_step(events, as_json=as_json))


@app.command()
def apply(
    recommendation: Annotated[str, typer.Argument(help="its id, as `tripo table growth-recommendations` shows it")],
    *,
    by: Annotated[str, typer.Option(help="who answers for it")] = "operator",
    as_json: Json = False,
) -> None:
    """Apply a recommendation of the agent: an event on growth-policies."""
    from ops.applying import apply as apply_it

    def event(row: dict[str, Any]) -> dict[str, Any]:
        return {"setting": row["setting"], "value": row["value"], "by": by}

    raise typer.Exit(apply_it(recommendation, "growth.recommendations", "growth-policies", event, as_json=as_json))
