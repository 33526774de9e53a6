"""What a step decided, as arrays by market, in; frames with exactly the columns of the output topics' schemas, out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from agents.matching.policy import FACTORS, OUTCOMES, REASONS, SERVICES, Policy
from columns.table import F64, I64, U8, Array

DECISIONS, OFFERS, DRIVERS, MARKETS = "matching.decisions", "matching.offers", "matching.drivers", "matching.markets"
FAIRNESS, ADVICE = "matching.fairness", "matching.recommendations"
ORDERS = "orders"
OF_ALTERNATIVES = ("score", "eta_s", "distance_m", "cost_s", "short_s")


@dataclass(slots=True)
class Alternatives:
    """Of n choices ``width`` drivers each, padded, flat: ids, and values by name of OF_ALTERNATIVES; ``count`` (n,) of them are real."""

    ids: list[str]
    values: dict[str, F64]
    count: I64

    @classmethod
    def none(cls, n: int, width: int) -> Alternatives:
        """For n choices without any."""
        return cls([""] * (n * width), {name: np.zeros(n * width) for name in OF_ALTERNATIVES}, np.zeros(n, np.int64))


@dataclass(slots=True)
class Decided:
    """Decisions of one market in one step, n of them; ``values`` by name of VALUES. What only a match has may be missing."""

    market: str
    order_ids: list[str]
    service: U8
    offset: I64
    event_ts: I64
    waited_ms: I64
    reason: U8
    candidates: I64
    guards: list[list[str]]
    models: list[str]  # versions of what was learnt
    values: dict[str, Array] = field(default_factory=dict)
    factors: F64 | None = None  # (n, 5)
    driver_ids: list[str] | None = None
    offer_ids: list[str | None] | None = None
    bundle_ids: list[str | None] | None = None
    alternatives: Alternatives | None = None


@dataclass(slots=True)
class Offered:
    """Offers of one market in one step, n of them; ``values`` by column of the schema."""

    market: str
    offer_ids: list[str]
    order_ids: list[str]
    driver_ids: list[str]
    values: dict[str, Array]
    alternatives: Alternatives


def symbols(column: str, names: tuple[str, ...]) -> pl.Expr:
    """Positions in ``names``, as unsigned bytes → an enum column."""
    return pl.col(column).cat.to(pl.Enum(names))


def whole(value: int, name: str, kind: type[pl.Int32 | pl.Int64] = pl.Int64) -> pl.Expr:
    """The same number in each row."""
    return pl.lit(value, dtype=kind).alias(name)


NULLABLE = ("eta_s", "distance_m", "score", "cost_s", "price_s", "chance")  # NaN where there is none
CENTS = ("price_cents", "pay_cents")  # likewise
VALUES: dict[str, float] = dict.fromkeys((*NULLABLE, *CENTS), np.nan)  # column → where a decision has none
VALUES |= dict.fromkeys(("boost_s", "accept_s", "future_s"), 0.0) | {"offers": 0, "stop": 0, "proven": False}
LISTS = ("factors", "alternatives", "guards")  # of fixed width at first, with how many count beside them
ORDER_OF_DECISIONS = (
    *("decision_id", "order_id", "market", "outcome", "reason", "driver_id", "service", "topic", "partition", "offset", "event_ts"),
    *("decided_at", "waited_ms", "eta_s", "distance_m", "score", "factors", "alternatives", "candidates", "code_version", "policy_version"),
    *("model_versions", "propensity", "guards", "cost_s", "price_s", "proven", "boost_s", "accept_s", "future_s", "chance", "offer_id"),
    *("offers", "bundle_id", "stop", "price_cents", "pay_cents"),
)
SHAPED = [
    *(symbols("outcome", OUTCOMES), symbols("reason", REASONS), symbols("service", SERVICES), pl.col(*NULLABLE, *CENTS).fill_nan(None)),
    *(pl.col(name).arr.to_list().list.head(f"{name}#") for name in LISTS),
    *(pl.lit(ORDERS).alias("topic"), pl.lit(None, dtype=pl.Float64).alias("propensity")),
    pl.col("offers", "stop").cast(pl.Int32),
]
OFFER_COLUMNS = (
    *("offer_id", "order_id", "market", "driver_id", "offered_ts", "expires_ts", "made_at", "eta_s", "distance_m", "pay_cents", "chance"),
    *("cost_s", "alternatives"),
)


def decisions_frame(parts: list[Decided], partition: int, now: int, code_version: str, policy: Policy) -> pl.DataFrame:
    """matching.decisions: one row per decision, in the order of ``parts``."""
    width = max(1, policy.alternatives)
    arrays = ("event_ts", "waited_ms", "service", "offset", "reason")
    columns: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in parts]) for name in arrays}
    columns |= {name: _values(parts, name, without) for name, without in VALUES.items()}
    columns["outcome"] = (columns["reason"] != 0).astype(np.uint8)
    columns["candidates"] = np.concatenate([p.candidates for p in parts]).astype(np.int32)
    columns["decision_id"] = [f"matching/{ORDERS}/{partition}/{o}/0" for o in columns["offset"].tolist()]
    columns["order_id"] = [name for p in parts for name in p.order_ids]
    columns["market"] = [p.market for p in parts for _ in p.order_ids]
    for column, of in (("driver_id", "driver_ids"), ("offer_id", "offer_ids"), ("bundle_id", "bundle_ids")):
        columns[column] = _names([getattr(p, of) for p in parts], [len(p.order_ids) for p in parts])
    factors = [np.zeros((len(p.order_ids), len(FACTORS))) if p.factors is None else p.factors for p in parts]
    columns["factors"] = _factors(np.concatenate(factors), policy)
    columns["factors#"] = np.where(columns["reason"] == 0, len(FACTORS), 0)
    others = [p.alternatives or Alternatives.none(len(p.order_ids), width) for p in parts]
    columns["alternatives"] = _alternatives(others, width)
    columns["alternatives#"] = np.concatenate([one.count for one in others])
    models = pl.Series([p.models for p in parts], dtype=pl.List(pl.String))
    columns["model_versions"] = models.gather(np.repeat(np.arange(len(parts)), [len(p.order_ids) for p in parts]))
    guards = [names for p in parts for names in p.guards]
    columns["guards"] = _texts(guards)
    columns["guards#"] = np.fromiter(map(len, guards), np.int64, len(guards))
    same = [whole(partition, "partition", pl.Int32), whole(now, "decided_at")]
    same += [pl.lit(code_version).alias("code_version"), pl.lit(policy.version).alias("policy_version")]
    cents = pl.col(*CENTS).cast(pl.Int64)
    return pl.DataFrame(columns).with_columns_seq(*SHAPED, *same).with_columns_seq(cents).select(ORDER_OF_DECISIONS)


def offers_frame(parts: list[Offered], now: int, width: int) -> pl.DataFrame:
    """matching.offers: one row per offer, in the order of ``parts``; ``width`` of Alternatives."""
    columns: dict[str, Any] = {name: np.concatenate([p.values[name] for p in parts]) for name in parts[0].values}
    for column, of in (("offer_id", "offer_ids"), ("order_id", "order_ids"), ("driver_id", "driver_ids")):
        columns[column] = [name for p in parts for name in getattr(p, of)]
    columns["market"] = [p.market for p in parts for _ in p.order_ids]
    columns["alternatives"] = _alternatives([p.alternatives for p in parts], width)
    columns["alternatives#"] = np.concatenate([p.alternatives.count for p in parts])
    shaped = pl.col("alternatives").arr.to_list().list.head("alternatives#")
    return pl.DataFrame(columns).with_columns_seq(shaped, whole(now, "made_at")).select(OFFER_COLUMNS)


def _values(parts: list[Decided], name: str, without: float) -> Array:
    """One of VALUES, ``without`` where a decision has none."""
    out: Array = np.concatenate([p.values[name] if name in p.values else np.full(len(p.order_ids), without) for p in parts])
    return out


def _names(given: list[list[str] | list[str | None] | None], counts: list[int]) -> pl.Series:
    """Strings, null where a part has none."""
    if not any(given):
        return pl.repeat(None, sum(counts), dtype=pl.String, eager=True)
    names = [name for own, count in zip(given, counts, strict=True) for name in (own or [None] * count)]
    return pl.Series(names, dtype=pl.String)


def _factors(values: F64, policy: Policy) -> pl.Series:
    """Values (n, 5) → five structs each."""
    n = len(values)
    flat = pl.DataFrame({"name": list(FACTORS) * n, "value": values.ravel(), "weight": np.tile(policy.weights, n)})
    return flat.to_struct().reshape((n, len(FACTORS)))


def _alternatives(parts: list[Alternatives], width: int) -> pl.Series:
    """``width`` structs each."""
    columns = {"driver_id": pl.Series([name for p in parts for name in p.ids], dtype=pl.String)}
    columns |= {name: pl.Series(np.concatenate([p.values[name] for p in parts])) for name in OF_ALTERNATIVES}
    flat = pl.DataFrame(columns).with_columns(pl.col("short_s").fill_nan(None)).to_struct()
    return flat.reshape((len(flat) // width, width))


def _texts(lists: list[list[str]]) -> pl.Series:
    """As many strings each as the longest list has, the rest empty."""
    width = max(1, *map(len, lists))
    return pl.Series([text for texts in lists for text in (*texts, *[""] * (width - len(texts)))]).reshape((len(lists), width))
