"""What a step decided, as arrays by market, in; frames with exactly the columns of the output topics' schemas, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from agents.pricing import guards
from agents.pricing.choice import ALTERNATIVES
from agents.pricing.columns import Array
from agents.pricing.contexts import F64, I64
from agents.pricing.policy import OBJECTIVES, OUTCOMES, SERVICES, TIERS, Policy
from agents.pricing.pricing import FACTORS, OF_ALTERNATIVES, Priced
from agents.pricing.tariff import PARTS
from agents.pricing.zones import centre, names

DECISIONS, OUTCOMES_TOPIC, PAY = "pricing.decisions", "pricing.outcomes", "pricing.driver-pay"
ZONES, FIGURES, ALERTS, RECOMMENDATIONS = "pricing.zones", "pricing.figures", "pricing.alerts", "pricing.recommendations"
OUTPUTS = (DECISIONS, PAY, OUTCOMES_TOPIC, ZONES, FIGURES, ALERTS, RECOMMENDATIONS)
REQUESTS, ANSWERS = "quote-requests", "quote-answers"

ORDER_OF_DECISIONS = (
    *("decision_id", "quote_id", "market", "zone", "service", "tier", "topic", "partition", "offset", "event_ts", "decided_at"),
    *("expires_ts", "price_cents", "reference_cents", "prior_cents", "multiplier", "cost_cents", "acceptance", "expected_revenue_cents"),
    *("expected_profit_cents", "confidence", "objective", "arm", "propensity", "least_cents", "most_cents", "factors", "alternatives"),
    *("guards", "personal", "code_version", "policy_version", "model_version"),
)
ORDER_OF_OUTCOMES = (
    *("outcome_id", "quote_id", "market", "zone", "service", "outcome", "topic", "partition", "offset", "event_ts", "closed_ts"),
    *("decided_at", "price_cents", "revenue_cents", "pay_cents", "cost_cents", "profit_cents", "leakage_cents", "propensity", "acceptance"),
)
ORDER_OF_PAY = (
    *("decision_id", "quote_id", "market", "zone", "service", "topic", "partition", "offset", "event_ts", "decided_at", "pay_cents"),
    *("parts", "code_version", "policy_version"),
)


@dataclass(slots=True)
class Closed:
    """Outcomes of one market, n of them, by ``topic``; ``values`` by column of the schema or nearly."""

    market: str
    topic: str
    ids: list[str]
    values: dict[str, Array]


@dataclass(slots=True)
class Paid:
    """Pay of one market's drivers, n of them: ``amounts`` and ``cents`` are (n, PARTS)."""

    market: str
    ids: list[str]
    values: dict[str, Array]
    amounts: F64
    cents: I64


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all rows of a step say."""

    partition: int
    now: int
    code_version: str
    policy: Policy

    def columns(self, topic: str, count: int) -> dict[str, pl.Series]:
        """As columns: the versions, the partition of a topic, and when."""
        text = {"code_version": self.code_version, "policy_version": self.policy.version, "topic": topic}
        numbers = {"partition": (self.partition, pl.Int32), "decided_at": (self.now, pl.Int64)}
        every = [pl.Series(name, [value]) for name, value in text.items()]
        every += [pl.Series(name, [value], dtype) for name, (value, dtype) in numbers.items()]
        return {one.name: one.new_from_index(0, count) for one in every}


def decisions_frame(parts: Sequence[Priced], stamp: Stamp) -> pl.DataFrame:
    """pricing.decisions: one row per quote, in the order of ``parts``."""
    columns = _joined([p.values for p in parts])
    counts = [len(p.ids) for p in parts]
    columns |= _named(parts, columns, stamp.policy)
    columns["decision_id"] = [f"pricing/{REQUESTS}/{stamp.partition}/{offset}/0" for offset in columns["offset"].tolist()]
    columns["model_version"] = np.repeat(np.array([p.model for p in parts], object), counts).tolist()
    seen, weights = (np.concatenate([getattr(p, name) for p in parts]) for name in ("seen", "weights"))
    columns["factors"] = _structs(FACTORS, {"value": seen, "weight": weights})
    others = {name: np.concatenate([p.alternatives[name] for p in parts]) for name in OF_ALTERNATIVES}
    columns["alternatives"] = _structs(ALTERNATIVES, others | {"price_cents": np.rint(others["price_cents"]).astype(np.int64)})
    columns["guards"] = pl.Series(guards.names(columns["guards"]), dtype=pl.List(pl.String))
    columns["arm"] = columns["arm"].astype(np.int32)
    _name_symbols(columns, service=SERVICES, tier=TIERS, objective=OBJECTIVES)
    return _frame(columns | stamp.columns(REQUESTS, sum(counts)), ORDER_OF_DECISIONS)


def outcomes_frame(parts: Sequence[Closed], stamp: Stamp) -> pl.DataFrame:
    """pricing.outcomes: one row per quote that is over, in the order of ``parts``."""
    frames = []
    for topic, ordinal in ((REQUESTS, 1), (ANSWERS, 0)):
        some = [p for p in parts if p.topic == topic]
        if some:
            columns = _joined([p.values for p in some])
            columns |= _named(some, columns, stamp.policy)
            columns["outcome_id"] = [f"pricing/{topic}/{stamp.partition}/{offset}/{ordinal}" for offset in columns["offset"].tolist()]
            _name_symbols(columns, service=SERVICES, outcome=OUTCOMES)
            frames.append(_frame(columns | stamp.columns(topic, len(columns["outcome_id"])), ORDER_OF_OUTCOMES))
    return pl.concat(frames) if len(frames) > 1 else frames[0]


def pay_frame(parts: Sequence[Paid], stamp: Stamp) -> pl.DataFrame:
    """pricing.driver-pay: one row per accepted quote."""
    columns = _joined([p.values for p in parts])
    columns |= _named(parts, columns, stamp.policy)
    columns["decision_id"] = [f"pricing/{ANSWERS}/{stamp.partition}/{offset}/0" for offset in columns["offset"].tolist()]
    amounts, cents = np.concatenate([p.amounts for p in parts]), np.concatenate([p.cents for p in parts])
    columns["pay_cents"] = cents.sum(axis=1)
    columns["parts"] = _structs(PARTS, {"value": amounts, "cents": cents})
    _name_symbols(columns, service=SERVICES)
    return _frame(columns | stamp.columns(ANSWERS, len(columns["decision_id"])), ORDER_OF_PAY)


Row = dict[str, Any]
ENUM = {"service": pl.Enum(SERVICES)}
ZONE_SCHEMA: dict[str, Any] = {
    "key": pl.String, "market": pl.String, "zone": pl.String, "lat": pl.Float64, "lon": pl.Float64, **ENUM, "multiplier": pl.Float64,
    "prior": pl.Float64, "price_cents": pl.Int64, "demand": pl.Float64, "supply": pl.Float64, "requests": pl.Int64, "drivers": pl.Int64,
    "competitor": pl.Float64, "guards": pl.List(pl.String), "clock": pl.Int64, "updated_at": pl.Int64,
}  # fmt: skip
FIGURES_SCHEMA: dict[str, Any] = {
    "key": pl.String, "market": pl.String, **ENUM, "day": pl.String,
    **dict.fromkeys(("quotes", "accepted", "rejected", "expired", "revenue_cents", "pay_cents", "cost_cents", "profit_cents"), pl.Int64),
    "margin": pl.Float64, "leakage_cents": pl.Int64, "below_cost_cents": pl.Int64, "guarded_cents": pl.Int64,
    "expected_profit_cents": pl.Float64, "prior_profit_cents": pl.Float64, "guarded": pl.Int64, "clock": pl.Int64, "updated_at": pl.Int64,
}  # fmt: skip
KINDS = (
    *("SURGE_GAMING", "OVERCHARGE_CLUSTER", "SAFETY_HOLD", "EMERGENCY_CAP", "LOW_MARGIN", "BELOW_COST", "DRIFT", "UNDERCUT"),
    "NO_SUPPLY",
)
ALERTS_SCHEMA: dict[str, Any] = {
    "alert_id": pl.String, "market": pl.String, **ENUM, "zone": pl.String, "kind": pl.Enum(KINDS),
    "severity": pl.Enum(("INFO", "WARNING", "CRITICAL")), "status": pl.Enum(("RAISED", "CLEARED")), "what": pl.String, "why": pl.String,
    "action": pl.String, "value": pl.Float64, "limit": pl.Float64, "since_ts": pl.Int64, "clock": pl.Int64, "updated_at": pl.Int64,
}  # fmt: skip
RECOMMENDATIONS_SCHEMA: dict[str, Any] = {
    "recommendation_id": pl.String, "market": pl.String, **ENUM, "kind": pl.Enum(("RAISE_CAP", "LOWER_FLOOR", "WIDEN_STEP")),
    "status": pl.Enum(("OPEN", "APPLIED", "WITHDRAWN")), "what": pl.String, "why": pl.String, "floor": pl.Float64, "cap": pl.Float64,
    "max_step": pl.Float64, "profit_h_cents": pl.Float64, "revenue_h_cents": pl.Float64, "confidence": pl.Float64, "quotes": pl.Int64,
    "clock": pl.Int64, "updated_at": pl.Int64,
}  # fmt: skip
ROWS = {ZONES: ZONE_SCHEMA, FIGURES: FIGURES_SCHEMA, ALERTS: ALERTS_SCHEMA, RECOMMENDATIONS: RECOMMENDATIONS_SCHEMA}


def rows_frame(topic: str, rows: Sequence[Row]) -> pl.DataFrame:
    """A table's rows."""
    return pl.DataFrame(rows, schema=ROWS[topic], orient="row")


def _joined(parts: Sequence[dict[str, Array]]) -> dict[str, Any]:
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def _named(parts: Sequence[Priced | Closed | Paid], columns: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """The quotes' ids, their markets, and the zones of ``square``."""
    markets = [p.market for p in parts for _ in p.ids]
    squares, inverse = np.unique(columns.pop("square"), return_inverse=True)
    zone = np.array(names(*centre(squares, policy.zone_m)), object)[inverse].tolist()
    return {"quote_id": [name for p in parts for name in p.ids], "market": markets, "zone": zone}


def _frame(columns: dict[str, Any], order: Sequence[str]) -> pl.DataFrame:
    """Columns as a frame. Each is made a series of its own: polars' expressions cost more than all else where rows are few."""
    return pl.DataFrame([one.alias(name) if isinstance(one := columns[name], pl.Series) else pl.Series(name, one) for name in order])


def _name_symbols(columns: dict[str, Any], **names_of: tuple[str, ...]) -> None:
    """Columns of positions in the given names become enums."""
    for column, symbols in names_of.items():
        columns[column] = _enum(symbols)[columns[column]]


@cache
def _enum(symbols: tuple[str, ...]) -> pl.Series:
    """All symbols once, to be gathered from."""
    return pl.Series(symbols, dtype=pl.Enum(symbols))


def _structs(names_of: Sequence[str], values: dict[str, Array]) -> pl.Series:
    """Values (n, names) by column → lists of as many structs each, with their names."""
    n, width = next(iter(values.values())).shape
    flat = pl.DataFrame({"name": list(names_of) * n} | {name: each.ravel() for name, each in values.items()}).to_struct()
    return flat.reshape((n, width)).cast(pl.List(flat.dtype))
