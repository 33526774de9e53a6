"""What a step captured of orders, and figures by service and day, in; rows of growth.revenue and growth.services, out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from agents.growth import areas
from agents.growth.market import Market
from agents.growth.offered import named, same, structs, symbols
from agents.growth.orders import FIGURES, Captured
from agents.growth.policy import DAY_MS, PRICE_SOURCES, SERVICES, Policy
from agents.growth.reading import ORDER_CHANGES
from agents.growth.revenue import FEES

_SHORT = ("base", "service_fee", "peak", "surge")  # FEES, as orders keep them


def revenue_frame(
    parts: list[tuple[Market, list[Captured]]], partition: int, now: int, code_version: str, policy_version: str, policy: Policy
) -> pl.DataFrame:
    """growth.revenue: a row for each completed order."""
    all_of = [(market.name, one) for market, found in parts for one in found]
    orders = [one.order for _, one in all_of]
    n = len(orders)
    price = np.array([order.price for order in orders], np.int64)
    fees = {name: np.array([getattr(order, short) for order in orders], np.int64) for name, short in zip(FEES, _SHORT, strict=True)}
    columns: dict[str, Any] = {
        "decision_id": [f"growth/{ORDER_CHANGES}/{partition}/{one.offset}/0" for _, one in all_of],
        "order_id": [order.order_id for order in orders],
        "market": [market for market, _ in all_of],
        "zone": areas.names(np.array([order.zone for order in orders], np.int64), policy.zone_m),
        "service": symbols(SERVICES, np.array([order.service for order in orders])),
        "topic": same(ORDER_CHANGES, n, pl.String),
        "partition": same(partition, n, pl.Int32),
        "offset": pl.Series([one.offset for _, one in all_of], dtype=pl.Int64),
        "event_ts": pl.Series([one.ts for _, one in all_of], dtype=pl.Int64),
        "decided_at": same(now, n, pl.Int64),
        "requested_ts": pl.Series([order.ts for order in orders], dtype=pl.Int64),
        "price_cents": price,
        "price_source": symbols(PRICE_SOURCES, np.array([1 - order.agreed for order in orders])),
        **fees,
        "net_revenue_cents": np.sum(list(fees.values()), axis=0),
        "factors": _factors(price, fees),
        "demand_level": [order.demand for order in orders],
        "supply_level": [order.supply for order in orders],
        "alternatives": named({}, n),
        "propensity": same(None, n, pl.Float64),
        "guards": named({"NO_FARE_AGREED": np.array([not order.agreed for order in orders])}, n),
        "code_version": same(code_version, n, pl.String),
        "policy_version": same(policy_version, n, pl.String),
        "model_versions": named({}, n),
    }
    return pl.DataFrame(columns)


def services_rows(market: Market, now: int) -> list[dict[str, Any]]:
    """growth.services: what has changed since it was asked last."""
    rows = []
    for service, day in sorted(market.orders.changed):
        figures = dict(zip(FIGURES, market.orders.figures[service, day], strict=True))
        date = datetime.fromtimestamp(day * DAY_MS / 1000, UTC).date().isoformat()
        gross = figures["gross_cents"]
        margin = round(figures["net_revenue_cents"] / gross, 6) if gross else None
        of = {"key": f"{market.name}/{SERVICES[service]}/{date}", "market": market.name, "service": SERVICES[service], "day": date}
        rows.append(of | figures | {"margin": margin, "updated_at": now})
    market.orders.changed.clear()
    return rows


def _factors(price: np.ndarray[Any, Any], fees: dict[str, np.ndarray[Any, Any]]) -> pl.Series:
    """The fees as shares of the price; the weight is the price."""
    n = len(price)
    shares = np.stack([cents / np.maximum(1, price) for cents in fees.values()], axis=1).round(6)
    columns = {
        "name": [name.removesuffix("_cents") for name in FEES] * n,
        "value": shares.ravel(),
        "weight": np.repeat(price, 4).astype(float),
    }
    return structs(columns, n, len(FEES), np.full(n, len(FEES)))
