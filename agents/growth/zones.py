"""Decisions on zones of one step in; rows of growth.allocations, growth.zones and growth.moves, out."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from agents.growth.allocate import Allocation
from agents.growth.columns import Array
from agents.growth.forecast import PARTS
from agents.growth.market import Allocated
from agents.growth.offered import named, same, structs, symbols, where
from agents.growth.policy import ACTIONS, HOUR_MS, PRIORITIES, SERVICES
from agents.growth.reading import ORDERS

OUTLOOK = (
    *("key", "market", "zone", "lat", "lon", "service", "demand_hour", "forecast", "supply", "needed", "ratio", "action", "amount"),
    *("priority", "event_ts"),
)


def allocations_frame(parts: list[Allocated], partition: int, now: int, code_version: str) -> pl.DataFrame | None:
    """growth.allocations: a row for each series that has orders, a forecast or drivers; None without any."""
    frames = [_frame(part, partition, now, code_version) for part in parts if len(part.shown)]
    return pl.concat(frames) if frames else None


def outlook_frame(allocations: pl.DataFrame) -> pl.DataFrame:
    """growth.zones: the latest of each zone and service."""
    return allocations.select(OUTLOOK).unique("key", keep="last", maintain_order=True)


def moves_frame(parts: list[Allocated], now: int, code_version: str) -> pl.DataFrame | None:
    """growth.moves: a row for each move; None without any."""
    frames = [_moves(part, now, code_version) for part in parts if len(part.allocation.moves.drivers)]
    return pl.concat(frames) if frames else None


def _frame(part: Allocated, partition: int, now: int, code_version: str) -> pl.DataFrame:
    of, what, shown = part.outlook, part.allocation, part.shown
    n = len(shown)
    zones = [part.names[zone] for zone in of.zone[shown].tolist()]
    services = [SERVICES[service] for service in of.service[shown].tolist()]
    keys = [f"{part.market}/{zone}/{service}" for zone, service in zip(zones, services, strict=True)]
    ints: dict[str, Array] = {name: getattr(what, name)[shown].astype(np.int32) for name in ("amount", "moves_in", "moves_out")}
    columns: dict[str, Any] = {
        "decision_id": [f"growth/{part.market}/{part.at}/{zone}/{service}" for zone, service in zip(zones, services, strict=True)],
        "key": keys,
        "market": same(part.market, n, pl.String),
        "zone": zones,
        "lat": of.lat[shown],
        "lon": of.lon[shown],
        "service": symbols(SERVICES, of.service[shown]),
        "topic": same(ORDERS, n, pl.String),
        "partition": same(partition, n, pl.Int32),
        "offset": same(part.offset, n, pl.Int64),
        "event_ts": same(part.at, n, pl.Int64),
        "decided_at": same(now, n, pl.Int64),
        "demand_hour": part.demand[shown],
        "forecast": of.forecast[shown],
        "likely": part.likely[shown],
        "supply": of.supply[shown].round(6),
        "needed": of.needed[shown],
        "ratio": pl.Series(what.ratio[shown]).fill_nan(None),
        "action": symbols(ACTIONS, what.action[shown]),
        **ints,
        "priority": symbols(PRIORITIES, what.priority[shown]),
        "impact": _impact(what, part),
        "factors": _factors(part),
        "alternatives": _alternatives(part),
        "propensity": same(None, n, pl.Float64),
        "guards": named({name: mask[shown] for name, mask in part.guards.items()}, n),
        "code_version": same(code_version, n, pl.String),
        "policy_version": same(part.policy_version, n, pl.String),
        "model_versions": pl.Series([[f"forecast:{part.hours}"]], dtype=pl.List(pl.String)).gather(np.zeros(n, np.int64)),
    }
    return pl.DataFrame(columns)


def _impact(what: Allocation, part: Allocated) -> pl.Series:
    shown = part.shown
    revenue, cost = what.revenue[shown], what.cost[shown]
    both = {"revenue_cents": revenue, "profit_cents": (revenue - cost).round(3)}
    values = pl.DataFrame(both | {"satisfaction": what.satisfaction[shown], "cost_cents": cost})
    return where(what.learnt[shown], values.to_struct())


def _factors(part: Allocated) -> pl.Series:
    n = len(part.shown)
    values = {"name": list(PARTS) * n, "value": part.parts[:, part.shown].T.round(6).ravel(), "weight": np.tile(part.weights, n)}
    return structs(values, n, len(PARTS), np.full(n, len(PARTS)))


def _alternatives(part: Allocated) -> pl.Series:
    """The two other actions."""
    n, taken = len(part.shown), part.allocation.action[part.shown]
    rest = np.array([[i for i in range(len(ACTIONS)) if i != action] for action in range(len(ACTIONS))])[taken]
    profit = np.take_along_axis(part.allocation.others[part.shown], rest, axis=1)
    count = np.where(part.allocation.learnt[part.shown], 2, 0)
    return structs({"action": symbols(ACTIONS, rest.ravel()), "profit_cents": profit.ravel()}, n, 2, count)


def _moves(part: Allocated, now: int, code_version: str) -> pl.DataFrame:
    moves, of = part.allocation.moves, part.outlook
    n = len(moves.drivers)
    start, end = ([part.names[zone] for zone in of.zone[at].tolist()] for at in (moves.start, moves.end))
    services = [SERVICES[service] for service in of.service[moves.end].tolist()]
    named_by = zip(start, end, services, strict=True)
    columns: dict[str, Any] = {
        "move_id": [f"growth/{part.market}/{part.at}/{a}/{b}/{service}" for a, b, service in named_by],
        "market": same(part.market, n, pl.String),
        "service": symbols(SERVICES, of.service[moves.end]),
        "from_zone": start,
        "to_zone": end,
        "drivers": moves.drivers.astype(np.int32),
        "distance_m": moves.distance_m,
        "travel_s": moves.travel_s,
        "revenue_cents": moves.revenue,
        "cost_cents": moves.cost,
        "profit_cents": (moves.revenue - moves.cost).round(3),
        "priority": symbols(PRIORITIES, part.allocation.priority[moves.end]),
        "event_ts": same(part.at, n, pl.Int64),
        "decided_at": same(now, n, pl.Int64),
        "valid_until": same(part.at + HOUR_MS, n, pl.Int64),
        "code_version": same(code_version, n, pl.String),
        "policy_version": same(part.policy_version, n, pl.String),
    }
    return pl.DataFrame(columns)
