"""`tripo pricing`: measure and look into the pricing agent."""

from __future__ import annotations

import typer

from ops.pricing.guard_fuzz import command as fuzz

app = typer.Typer(help="Measure and look into the pricing agent.", no_args_is_help=True)
app.command(name="fuzz")(fuzz)


@app.callback()
def pricing() -> None:
    """Measure and look into the pricing agent."""
