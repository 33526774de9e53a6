"""`tripo pricing`: measure the pricing agent. What to measure by in; tables and, with --json, one object, out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ops.pricing.guard_fuzz import command as fuzz
from ops.pricing.why import why
from ops.summary import fail

app = typer.Typer(help="Measure the pricing agent.", no_args_is_help=True)
app.command(name="fuzz")(fuzz)
app.command()(why)


@app.callback()
def pricing() -> None:
    """Measure the pricing agent."""


@app.command()
def evaluate(
    *,
    simulate: Annotated[int | None, typer.Option(metavar="SEEDS", min=1, help="simulated worlds, so many seeds of each (5)")] = None,
    quotes: Annotated[Path | None, typer.Option(metavar="FILE", help="recorded quotes of competitors, a CSV")] = None,
    worlds: Annotated[str | None, typer.Option(help="names, with commas between")] = None,
    decisions: Annotated[int, typer.Option(min=1000, help="of each run")] = 20_000,
    objective: Annotated[str, typer.Option(help="profit alone, or one of the four objectives by its name")] = "profit",
    first_seed: Annotated[int, typer.Option(min=0, help="the first of the seeds")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="processes")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="end with one JSON object")] = False,
) -> None:
    """Measure the agent's own step in simulated worlds, or on recorded quotes; exit 1 when a target is missed."""
    if (simulate is None) == (quotes is None):
        fail("give one of --simulate SEEDS, --quotes FILE", 2)
    if simulate is not None:
        from ops.pricing.simulated import evaluate_simulated
        from ops.pricing.worlds import KINDS

        seeds = range(first_seed, first_seed + simulate)
        names = KINDS if worlds is None else tuple(name.strip() for name in worlds.split(","))
        code = evaluate_simulated(seeds, worlds=names, decisions=decisions, objective=objective, workers=workers, as_json=as_json)
        raise typer.Exit(code)
    if quotes is not None:
        from ops.pricing.recorded import evaluate_quotes

        raise typer.Exit(evaluate_quotes(quotes, as_json))


@app.command()
def apply(
    recommendation: Annotated[str, typer.Argument(help="its id, as `tripo table pricing-recommendations` shows it")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="end with one JSON object")] = False,
) -> None:
    """Apply a recommendation of the agent: an event on pricing-policies, under the recommendation's id."""
    from ops.applying import apply as apply_it

    def event(row: dict[str, Any]) -> dict[str, Any]:
        return {"name": recommendation, "deleted": False} | {name: row[name] for name in ("market", "service", "floor", "cap", "max_step")}

    raise typer.Exit(apply_it(recommendation, "pricing.recommendations", "pricing-policies", event, as_json=as_json))


@app.command()
def ope(
    *,
    candidates: Annotated[str, typer.Option(help="policies by name, with commas between")] = "profit,maximize_profit,balanced,prior",
    decisions: Annotated[Path | None, typer.Option(metavar="FILE", help="records of pricing.decisions: Parquet or JSON lines")] = None,
    outcomes: Annotated[Path | None, typer.Option(metavar="FILE", help="records of pricing.outcomes, likewise")] = None,
    fit: Annotated[float, typer.Option(help="share of the log that candidates learn from")] = 0.3,
    least_share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="effective sample size, as a share of the decisions, below which is refused")
    ] = 0.1,
    simulate: Annotated[int | None, typer.Option(metavar="SEEDS", min=1, help="measure the estimators on simulated logs")] = None,
    first_seed: Annotated[int, typer.Option(min=0, help="the first of the seeds")] = 1,
    keep: Annotated[Path | None, typer.Option(metavar="FILE", help="simulated logs judged before; those judged now are added")] = None,
    workers: Annotated[int, typer.Option(min=1, help="processes")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="end with one JSON object")] = False,
) -> None:
    """What other policies would have earned, by the propensities the agent logged; from Kafka, or from files."""
    if simulate is not None:
        from ops.pricing.ope_simulated import evaluate_ope

        raise typer.Exit(evaluate_ope(range(first_seed, first_seed + simulate), least_share, workers, keep, as_json))
    from ops.pricing.ope import evaluate_logged

    names = tuple(name.strip() for name in candidates.split(","))
    raise typer.Exit(evaluate_logged(names, decisions, outcomes, fit, least_share, as_json))
