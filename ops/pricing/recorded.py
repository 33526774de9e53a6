"""`tripo pricing evaluate --quotes FILE`: competitors' recorded quotes in; how well the agent foretells them, and its guards, out.

The quotes (Boston, 2018) are told to the agent's own step as competitor prices, one after the other, each right after a request for the
same trip: what the agent knows then is its forecast of the price to come. The file has times in bins of 10,000 s only, so the quotes of
a bin are spread evenly over it. It records no answers of riders, so quotes are kept open and nothing is learnt of acceptance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import typer

from agents.pricing.agent import PricingAgent
from agents.pricing.contexts import F64
from agents.pricing.policy import DEFAULT, Policy
from ops.listing import print_rows
from ops.pricing.city import frame
from ops.pricing.goals import Goal, show_goals
from ops.summary import fail
from streams.batch import Batch

PRODUCTS = ("UberX", "Lyft")  # what a standard ride compares with
MARKET, SERVICE, MILE_M, BIN_S = "boston", "RIDE", 1609.344, 10_000
OPEN_S = 60 * 86_400.0
PLACES = {  # centres of the neighbourhoods, degrees
    "Back Bay": (42.3503, -71.0810), "Beacon Hill": (42.3588, -71.0707), "Boston University": (42.3505, -71.1054),
    "Fenway": (42.3429, -71.1003), "Financial District": (42.3555, -71.0565), "Haymarket Square": (42.3638, -71.0585),
    "North End": (42.3647, -71.0542), "North Station": (42.3656, -71.0610), "Northeastern University": (42.3398, -71.0892),
    "South Station": (42.3519, -71.0552), "Theatre District": (42.3519, -71.0643), "West End": (42.3644, -71.0661),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """Requests and the prices that came right after them, shape (n,): money in cents; ``foretold`` is NaN where nothing was known."""

    actual: F64
    foretold: F64
    reference: F64
    price: F64
    cost: F64
    zone: list[str]
    guards: list[list[str]]
    refused: int


def evaluate_quotes(path: Path, as_json: bool) -> int:
    """Print errors and guards. → 0, or 1 when a guard was broken; exits 2 for a file that is none."""
    rows = _read(path)
    heard = listen(rows)
    known = ~np.isnan(heard.foretold)
    naive = {
        "agent": heard.foretold,
        "last price seen, by the tariff": _shifted(heard.actual / heard.reference) * heard.reference,
        "the tariff": heard.reference,
    }
    errors = {name: _errors(values[known], heard.actual[known]) for name, values in naive.items()}
    what = f"{int(known.sum())} of {len(known)} quotes of {' and '.join(PRODUCTS)}; {heard.refused} refused"
    lines = [(name, *(f"{value:.3f}" for value in each)) for name, each in errors.items()]
    print_rows(f"forecast of a competitor's price: {what}", ("forecast", "mean error, $", "mean absolute error, $", "of the price"), lines)
    fired = _fired(heard.guards)
    print_rows("guards that bounded a price", ("guard", "of quotes"), [(name, f"{100 * share:.1f} %") for name, share in fired.items()])
    broken = breaches(heard, DEFAULT)
    code = show_goals([Goal("quotes outside the guards", broken / len(heard.price), most=0.0)])
    if as_json:
        told = {name: dict(zip(("bias", "mae", "mape"), each, strict=True)) for name, each in errors.items()}
        typer.echo(
            orjson.dumps({"quotes": len(known), "foretold": int(known.sum()), "errors": told, "guards": fired, "breaches": broken}).decode()
        )
    return code


def listen(rows: pl.DataFrame) -> Heard:
    """Let the agent price each trip, then tell it what the competitor asked."""
    agent = PricingAgent(Policy(quote_ttl_s=OPEN_S))
    state = agent.start(0)
    decided, refused = [], 0
    for i, row in enumerate(rows.iter_rows(named=True)):
        lat, lon = PLACES[row["source"]]
        trip_m = MILE_M * row["distance"]
        here = {"market": [MARKET], "service": [SERVICE]}
        asked = {"quote_id": [f"q{i}"], "tier": ["STANDARD"], "ts": [row["ts"]], "pickup_lat": [lat], "pickup_lon": [lon]}
        asked |= {"dropoff_lat": [lat + trip_m / 111_195], "dropoff_lon": [lon]}
        out = agent.step(state, {"quote-requests": _batch("quote-requests", i, here | asked)}, row["ts"])
        refused += len(out.rejected)
        decided += [each.frame for each in out.outputs if each.topic == "pricing.decisions"]
        told = {
            "competitor": [row["cab_type"]],
            "ts": [row["ts"] + 1000],
            "price_cents": [round(100 * row["price"])],
            "distance_m": [trip_m],
        }
        told |= {"lat": [lat], "lon": [lon]}
        refused += len(agent.step(state, {"competitor-prices": _batch("competitor-prices", i, here | told)}, row["ts"] + 1000).rejected)
    decisions = pl.concat(decided)
    cents = {name: decisions[f"{name}_cents"].to_numpy().astype(np.float64) for name in ("reference", "price", "cost")}
    seen = [next(each["value"] for each in factors if each["name"] == "competitor") for factors in decisions["factors"].to_list()]
    ratio = np.array([np.nan if value is None else value for value in seen], np.float64)
    actual = 100 * rows["price"].to_numpy().astype(np.float64)
    zone, guards = decisions["zone"].to_list(), decisions["guards"].to_list()
    return Heard(actual, ratio * cents["reference"], **cents, zone=zone, guards=guards, refused=refused)


def breaches(heard: Heard, policy: Policy) -> int:
    """Quotes whose price is beyond floor, cap or cost, or more than a step from the one before in the zone; reckoned from the log alone."""
    cent = 1.0
    over = heard.price > policy.cap * heard.reference + cent
    needed = np.minimum(np.maximum(policy.floor * heard.reference, heard.cost), policy.cap * heard.reference)
    broken = over | (heard.price < needed - cent)
    ratio, last = heard.price / heard.reference, dict[str, int]()
    for i, zone in enumerate(heard.zone):
        before = last.get(zone)
        if before is not None:
            allowed = (1 + policy.max_step) * ratio[before] + 2 * cent / heard.reference[i]
            least = ratio[before] / (1 + policy.max_step) - 2 * cent / heard.reference[i]
            forced = ratio[i] <= needed[i] / heard.reference[i] + 2 * cent / heard.reference[i]
            broken[i] |= (ratio[i] > allowed and not forced) or ratio[i] < least
        last[zone] = i
    return int(broken.sum())


def _read(path: Path) -> pl.DataFrame:
    """The quotes of PRODUCTS with a time, in its order, with ``ts``."""
    needed = ("distance", "cab_type", "source", "price", "name", "time_bin_utc")
    try:
        rows = pl.read_csv(path, columns=list(needed))
    except (OSError, pl.exceptions.PolarsError) as e:
        fail(f"{path} holds no recorded quotes: {str(e).partition(chr(10))[0]}; a CSV with the columns {', '.join(needed)} is needed", 2)
    rows = rows.filter(pl.col("name").is_in(PRODUCTS) & pl.col("source").is_in(list(PLACES))).drop_nulls(["time_bin_utc", "price"])
    if rows.is_empty():
        fail(f"{path} has no quotes of {' or '.join(PRODUCTS)} with a time", 2)
    start = pl.col("time_bin_utc").str.to_datetime("%Y-%m-%dT%H:%M:%SZ").dt.epoch("ms")
    within = pl.int_range(pl.len()).over("time_bin_utc") * (BIN_S * 1000 // pl.len().over("time_bin_utc"))
    return rows.with_columns(ts=start + within).sort("ts", maintain_order=True)


def _batch(topic: str, offset: int, columns: Mapping[str, Any]) -> Batch:
    return Batch(topic, 0, np.array([offset], np.int64), frame(topic, columns))


def _shifted(values: F64) -> F64:
    return np.concatenate([values[:1], values[:-1]])


def _errors(foretold: F64, actual: F64) -> tuple[float, float, float]:
    """Bias and mean absolute error in dollars, and the latter as a share of the price."""
    off = foretold - actual
    return float(off.mean() / 100), float(np.abs(off).mean() / 100), float((np.abs(off) / actual).mean())


def _fired(guards: list[list[str]]) -> dict[str, float]:
    names = sorted({name for each in guards for name in each})
    return {name: sum(name in each for each in guards) / len(guards) for name in names}
