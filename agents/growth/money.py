"""What a step captured of orders, and figures by service and day, in; rows of growth.revenue and growth.services, out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from agents.growth import areas
from agents.growth.market import Market
from agents.growth.offered import named
from agents.growth.orders import FIGURES, Captured
from agents.growth.policy import DAY_MS, PRICE_SOURCES, SERVICES, Policy
from agents.growth.reading import ORDER_CHANGES
from agents.growth.revenue import FEES, cost_cents
from columns.output import Column, Cycle, Same, Struct, Structs, Table
from columns.table import I64

SHOWN_FEES = tuple(name.removesuffix("_cents") for name in FEES)
_SHORT = ("base", "service_fee", "peak", "surge")  # FEES, as orders keep them


def revenue_table(
    parts: list[tuple[Market, list[Captured]]], partition: int, now: int, code_version: str, policy_version: str, policy: Policy
) -> Table:
    """growth.revenue: a row for each completed order."""
    all_of = [(market.name, one) for market, found in parts for one in found]
    orders = [one.order for _, one in all_of]
    n = len(orders)
    price = np.array([order.price for order in orders], np.int64)
    fees = {name: np.array([getattr(order, short) for order in orders], np.int64) for name, short in zip(FEES, _SHORT, strict=True)}
    columns: dict[str, Column] = {
        "decision_id": [f"growth/{ORDER_CHANGES}/{partition}/{one.offset}/0" for _, one in all_of],
        "order_id": [order.order_id for order in orders],
        "market": [market for market, _ in all_of],
        "zone": areas.names(np.array([order.zone for order in orders], np.int64), policy.zone_m),
        "service": [SERVICES[order.service] for order in orders],
        "topic": Same(ORDER_CHANGES),
        "partition": Same(partition),
        "offset": [one.offset for _, one in all_of],
        "event_ts": [one.ts for _, one in all_of],
        "decided_at": Same(now),
        "requested_ts": [order.ts for order in orders],
        "price_cents": price,
        "price_source": [PRICE_SOURCES[1 - order.agreed] for order in orders],
        **fees,
        "net_revenue_cents": np.sum(list(fees.values()), axis=0),
        "factors": _factors(price, fees),
        "demand_level": [order.demand for order in orders],
        "supply_level": [order.supply for order in orders],
        "alternatives": Same([]),
        "propensity": Same(None),
        "guards": named({"NO_FARE_AGREED": np.array([not order.agreed for order in orders])}, n),
        "code_version": Same(code_version),
        "policy_version": Same(policy_version),
        "model_versions": Same([]),
    }
    return Table(columns, n)


def services_rows(market: Market, now: int) -> list[dict[str, Any]]:
    """growth.services: what has changed since it was asked last."""
    rows = []
    for service, day in sorted(market.orders.changed):
        figures = dict(zip(FIGURES, market.orders.figures[service, day], strict=True))
        date = datetime.fromtimestamp(day * DAY_MS / 1000, UTC).date().isoformat()
        gross = figures["gross_cents"]
        cost = cost_cents(gross)
        profit = figures["net_revenue_cents"] - cost
        shares = {
            name: round(cents / gross, 6) if gross else None
            for name, cents in (("margin", figures["net_revenue_cents"]), ("profit_margin", profit))
        }
        of = {"key": f"{market.name}/{SERVICES[service]}/{date}", "market": market.name, "service": SERVICES[service], "day": date}
        rows.append(of | figures | shares | {"cost_cents": cost, "profit_cents": profit, "updated_at": now})
    market.orders.changed.clear()
    return rows


def _factors(price: I64, fees: dict[str, I64]) -> Structs:
    """The fees as shares of the price; the weight is the price."""
    shares = np.stack([cents / np.maximum(1, price) for cents in fees.values()], axis=1).round(6)
    weights = np.repeat(price, len(FEES)).astype(np.float64)
    return Structs(Struct({"name": Cycle(SHOWN_FEES), "value": shares.ravel(), "weight": weights}), len(FEES))
