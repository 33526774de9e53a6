"""What a step decided, as arrays by market, in; frames with exactly the columns of the output topics' schemas, out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from agents.matching.columns import F64, I64, U8, Mask
from agents.matching.policy import FACTORS, OUTCOMES, REASONS, SERVICES, SHOWN, Policy

DECISIONS, DRIVERS, MARKETS = "matching.decisions", "matching.drivers", "matching.markets"
ORDERS = "orders"
OF_ALTERNATIVES = ("score", "eta_s", "distance_m", "cost_s", "short_s")


@dataclass(slots=True)
class Decided:
    """Decisions of one market in one step, n of them; the columns that only a match has are zero for others.

    ``alternatives`` are driver ids, and OF_ALTERNATIVES, of ``width`` drivers for each, padded; ``alternative_count`` says how many.
    NaN in a nullable column is null.
    """

    market: str
    order_ids: list[str]
    service: U8
    offset: I64
    event_ts: I64
    waited_ms: I64
    reason: U8
    candidates: I64
    guards: list[list[str]]
    width: int
    driver_ids: list[str | None] = field(default_factory=list)
    eta_s: F64 = field(default_factory=lambda: np.zeros(0))
    distance_m: F64 = field(default_factory=lambda: np.zeros(0))
    score: F64 = field(default_factory=lambda: np.zeros(0))
    factors: F64 = field(default_factory=lambda: np.zeros((0, 5)))
    cost_s: F64 = field(default_factory=lambda: np.zeros(0))
    price_s: F64 = field(default_factory=lambda: np.zeros(0))
    proven: Mask = field(default_factory=lambda: np.zeros(0, np.bool_))
    alternative_ids: list[str] = field(default_factory=list)
    alternative_values: F64 = field(default_factory=lambda: np.zeros((0, len(OF_ALTERNATIVES))))
    alternative_count: I64 = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        if not self.driver_ids:
            n = len(self.order_ids)
            self.driver_ids = [None] * n
            self.eta_s = self.distance_m = self.score = self.cost_s = self.price_s = np.full(n, np.nan)
            self.proven = np.zeros(n, np.bool_)
            self.factors = np.zeros((n, len(FACTORS)))
            self.alternative_ids = [""] * (n * self.width)
            self.alternative_values = np.zeros((n * self.width, len(OF_ALTERNATIVES)))
            self.alternative_count = np.zeros(n, np.int64)


def symbols(column: str, names: tuple[str, ...]) -> pl.Expr:
    """Positions in ``names``, as unsigned bytes → an enum column."""
    return pl.col(column).cat.to(pl.Enum(names))


def whole(value: int, name: str, kind: type[pl.Int32 | pl.Int64] = pl.Int64) -> pl.Expr:
    """The same number in each row."""
    return pl.lit(value, dtype=kind).alias(name)


NULLABLE = ("eta_s", "distance_m", "score", "cost_s", "price_s")  # NaN where there is none
LISTS = ("factors", "alternatives", "guards")  # of fixed width at first, with how many count beside them
ORDER_OF_DECISIONS = (
    *("decision_id", "order_id", "market", "outcome", "reason", "driver_id", "service", "topic", "partition", "offset", "event_ts"),
    *("decided_at", "waited_ms", "eta_s", "distance_m", "score", "factors", "alternatives", "candidates", "code_version", "policy_version"),
    *("model_versions", "propensity", "guards", "cost_s", "price_s", "proven"),
)
SHAPED = [
    *(symbols("outcome", OUTCOMES), symbols("reason", REASONS), symbols("service", SERVICES), pl.col(*NULLABLE).fill_nan(None)),
    *(pl.col(name).arr.to_list().list.head(f"{name}#") for name in LISTS),
    *(pl.lit(ORDERS).alias("topic"), pl.lit(None, dtype=pl.Float64).alias("propensity")),
    pl.lit([], dtype=pl.List(pl.String)).alias("model_versions"),
]


def decisions_frame(parts: list[Decided], partition: int, now: int, code_version: str, policy: Policy) -> pl.DataFrame:
    """matching.decisions: one row per decision, in the order of ``parts``."""
    arrays = ("event_ts", "waited_ms", "service", "offset", "reason", "proven", *NULLABLE)
    columns: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in parts]) for name in arrays}
    columns["outcome"] = (columns["reason"] != 0).astype(np.uint8)
    columns["candidates"] = np.concatenate([p.candidates for p in parts]).astype(np.int32)
    columns["decision_id"] = [f"matching/{ORDERS}/{partition}/{o}/0" for o in columns["offset"].tolist()]
    columns["order_id"] = [name for p in parts for name in p.order_ids]
    columns["market"] = [p.market for p in parts for _ in p.order_ids]
    columns["driver_id"] = pl.Series([name for p in parts for name in p.driver_ids], dtype=pl.String)
    columns["factors"] = _factors(np.concatenate([p.factors for p in parts]), policy)
    columns["factors#"] = np.where(columns["reason"] == 0, len(FACTORS), 0)
    columns["alternatives"] = _alternatives(parts)
    columns["alternatives#"] = np.concatenate([p.alternative_count for p in parts])
    guards = [names for p in parts for names in p.guards]
    columns["guards"] = _texts(guards)
    columns["guards#"] = np.fromiter(map(len, guards), np.int64, len(guards))
    same = [whole(partition, "partition", pl.Int32), whole(now, "decided_at")]
    same += [pl.lit(code_version).alias("code_version"), pl.lit(policy.version).alias("policy_version")]
    return pl.DataFrame(columns).with_columns_seq(*SHAPED, *same).select(ORDER_OF_DECISIONS)


def _factors(values: F64, policy: Policy) -> pl.Series:
    """Values (n, 5) → five structs each."""
    n = len(values)
    flat = pl.DataFrame({"name": list(FACTORS) * n, "value": values.ravel(), "weight": np.tile(policy.weights, n)})
    return flat.to_struct().reshape((n, len(FACTORS)))


def _alternatives(parts: list[Decided]) -> pl.Series:
    """``width`` structs each."""
    values = np.concatenate([p.alternative_values for p in parts])
    columns = {"driver_id": pl.Series([name for p in parts for name in p.alternative_ids], dtype=pl.String)}
    columns |= {name: pl.Series(np.ascontiguousarray(values[:, i])) for i, name in enumerate(OF_ALTERNATIVES)}
    flat = pl.DataFrame(columns).with_columns(pl.col("short_s").fill_nan(None)).to_struct()
    return flat.reshape((len(flat) // parts[0].width, parts[0].width))


def _texts(lists: list[list[str]]) -> pl.Series:
    """As many strings each as the longest list has, the rest empty."""
    width = max(1, *map(len, lists))
    return pl.Series([text for texts in lists for text in (*texts, *[""] * (width - len(texts)))]).reshape((len(lists), width))


@dataclass(slots=True)
class ShownDrivers:
    """Rows of one market's drivers for the table, n of them."""

    market: str
    ids: list[str]
    status: U8
    order_ids: list[str | None]
    lat: F64
    lon: F64
    ts: I64
    assignments: I64


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


MARKET_SCHEMA = {
    "market": pl.String,
    "clock": pl.Int64,
    "drivers": pl.Int32,
    "available": pl.Int32,
    "pending": pl.Int32,
    "live": pl.Int32,
    "orders": pl.Int64,
    "matched": pl.Int64,
    "unmatched": pl.Int64,
    "cancelled": pl.Int64,
    "pickup_eta_s": pl.Float64,
    "pickup_distance_m": pl.Float64,
    "updated_at": pl.Int64,
}


def markets_frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """matching.markets: rows with the values of MARKET_SCHEMA."""
    return pl.DataFrame(rows, schema=MARKET_SCHEMA, orient="row")
