"""`tripo pricing`: measure the pricing agent. What to measure by in; tables and, with --json, one object, out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.pricing.guard_fuzz import command as fuzz
from ops.summary import fail

app = typer.Typer(help="Measure the pricing agent.", no_args_is_help=True)
app.command(name="fuzz")(fuzz)


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
    workers: Annotated[int, typer.Option(min=1, help="processes")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="end with one JSON object")] = False,
) -> None:
    """Measure the agent's own step in simulated worlds, or on recorded quotes; exit 1 when a target is missed."""
    if (simulate is None) == (quotes is None):
        fail("give one of --simulate SEEDS, --quotes FILE", 2)
    if simulate is not None:
        from ops.pricing.simulated import evaluate_simulated
        from ops.pricing.worlds import KINDS

        names = KINDS if worlds is None else tuple(name.strip() for name in worlds.split(","))
        code = evaluate_simulated(simulate, worlds=names, decisions=decisions, objective=objective, workers=workers, as_json=as_json)
        raise typer.Exit(code)
