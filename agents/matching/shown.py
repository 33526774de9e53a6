"""Rows of the tables of one step, by market, in; frames with exactly the columns of their topics' schemas, out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from agents.matching.outputs import symbols, whole
from agents.matching.policy import SHOWN
from columns.table import F64, I64, U8, Array


@dataclass(slots=True)
class ShownDrivers:
    """Rows of one market's drivers, n of them."""

    market: str
    ids: list[str]
    status: U8
    order_ids: list[str | None]
    lat: F64
    lon: F64
    ts: I64
    assignments: I64


@dataclass(slots=True)
class ShownFairness:
    """Rows of one market's fairness table, n of them; ``values`` by column of the schema."""

    market: str
    ids: list[str]
    clock: int
    values: dict[str, Array]


@dataclass(slots=True)
class ShownAdvice:
    """Advice to one market's drivers, n of them."""

    market: str
    ids: list[str]
    ts: list[int]
    advice: list[list[dict[str, str | float]]]


MarketRow = dict[str, str | float | None]


def drivers_frame(parts: list[ShownDrivers], now: int) -> pl.DataFrame:
    """matching.drivers: the rows in the order of ``parts``."""
    frame = pl.DataFrame(
        {
            "driver_id": [name for p in parts for name in p.ids],
            "market": [p.market for p in parts for _ in p.ids],
            "status": np.concatenate([p.status for p in parts]),
            "order_id": pl.Series([name for p in parts for name in p.order_ids], dtype=pl.String),
            "lat": np.concatenate([p.lat for p in parts]),
            "lon": np.concatenate([p.lon for p in parts]),
            "ts": np.concatenate([p.ts for p in parts]),
            "assignments": np.concatenate([p.assignments for p in parts]),
        }
    )
    return frame.with_columns_seq(symbols("status", SHOWN), whole(now, "updated_at"))


FAIRNESS_ORDER = (
    *("driver_id", "market", "window_h", "income_cents", "active_s", "income_h_cents", "relative", "factor", "boost_s", "ts"),
    "updated_at",
)


def fairness_frame(parts: list[ShownFairness], now: int, window_h: int) -> pl.DataFrame:
    """matching.fairness: the rows in the order of ``parts``."""
    columns: dict[str, Any] = {
        "driver_id": [name for p in parts for name in p.ids],
        "market": [p.market for p in parts for _ in p.ids],
        "ts": np.concatenate([np.full(len(p.ids), p.clock) for p in parts]),
    }
    columns |= {name: np.concatenate([p.values[name] for p in parts]) for name in parts[0].values}
    frame = pl.DataFrame(columns).with_columns_seq(whole(window_h, "window_h", pl.Int32), whole(now, "updated_at"))
    return frame.select(FAIRNESS_ORDER)


OF_ADVICE = pl.List(pl.Struct({"measure": pl.String, "value": pl.Float64, "target": pl.Float64, "text": pl.String}))


def advice_frame(parts: list[ShownAdvice], now: int) -> pl.DataFrame:
    """matching.recommendations: the rows in the order of ``parts``."""
    frame = pl.DataFrame(
        {
            "driver_id": [name for p in parts for name in p.ids],
            "market": [p.market for p in parts for _ in p.ids],
            "ts": [ts for p in parts for ts in p.ts],
            "advice": pl.Series([each for p in parts for each in p.advice], dtype=OF_ADVICE),
        }
    )
    return frame.with_columns_seq(whole(now, "updated_at"))


INTEGERS = ("drivers", "available", "pending", "live", "scheduled", "offered")
LONGS = ("clock", "orders", "matched", "unmatched", "cancelled", "offers", "accepted", "declined", "updated_at")
MARKET_ORDER = (
    *("market", "clock", "drivers", "available", "pending", "live", "orders", "matched", "unmatched", "cancelled", "pickup_eta_s"),
    *("pickup_distance_m", "updated_at", "scheduled", "offered", "offers", "accepted", "declined", "income_h_cents", "income_h_p10"),
    *("income_h_p90", "gini", "travel_mae_s", "formula_mae_s", "speed_kmh"),
)
MARKET_SCHEMA = {
    name: pl.String if name == "market" else pl.Int32 if name in INTEGERS else pl.Int64 if name in LONGS else pl.Float64
    for name in MARKET_ORDER
}


def markets_frame(rows: list[MarketRow]) -> pl.DataFrame:
    """matching.markets: rows with the values of MARKET_ORDER."""
    return pl.DataFrame(rows, schema=MARKET_SCHEMA, orient="row")
