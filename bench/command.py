"""``tripo bench``: the group of the benches."""

from __future__ import annotations

import typer

from bench.audit import audit
from bench.dispatch import dispatch
from bench.growth import growth
from bench.matching import matching
from bench.pricing import pricing
from bench.recovery import recovery
from bench.runtime import runtime
from bench.support import support

app = typer.Typer(help="Measure, and say whether it is enough.", no_args_is_help=True)
app.command()(runtime)
app.command()(matching)
app.command()(dispatch)
app.command()(pricing)
app.command()(growth)
app.command()(recovery)
app.command()(support)
app.command()(audit)
