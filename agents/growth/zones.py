"""Decisions on zones of one step in; rows of growth.allocations, growth.zones and growth.moves, out."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from agents.growth.forecast import PARTS
from agents.growth.market import Allocated
from agents.growth.offered import named, same, structs, symbols, where
from agents.growth.policy import ACTIONS, HOUR_MS, PRIORITIES, SERVICES
from agents.growth.reading import ORDERS
from columns.table import Array

OUTLOOK = (
    *("key", "market", "zone", "lat", "lon", "service", "demand_hour", "forecast", "supply", "needed", "ratio", "action", "amount"),
    *("priority", "event_ts"),
)


def allocations_frame(parts: list[Allocated], partition: int, now: int, code_version: str) -> pl.DataFrame | None:
    """growth.allocations: a row for each series that has orders, a forecast or drivers; None without any."""
    told = [part for part in parts if len(part.shown)]
    return _frame(told, partition, now, code_version) if told else None


def outlook_frame(allocations: pl.DataFrame) -> pl.DataFrame:
    """growth.zones: the latest of each zone and service."""
    return allocations.select(OUTLOOK).unique("key", keep="last", maintain_order=True)


def moves_frame(parts: list[Allocated], now: int, code_version: str) -> pl.DataFrame | None:
    """growth.moves: a row for each move; None without any."""
    frames = [_moves(part, now, code_version) for part in parts if len(part.allocation.moves.drivers)]
    return pl.concat(frames) if frames else None


def _named(part: Allocated, partition: int, place: str) -> str:
    """A decision's id: after the last order that it knows of; nothing else names a place and a time."""
    return f"growth/{ORDERS}/{partition}/{max(part.offset, 0)}/{part.market}:{part.at}:{place.replace('/', ':')}"


def _frame(parts: list[Allocated], partition: int, now: int, code_version: str) -> pl.DataFrame:
    of, what = _joined(parts, "outlook"), _joined(parts, "allocation")
    places = [_places(part) for part in parts]
    n = len(of["zone"])
    ints: dict[str, Array] = {name: what[name].astype(np.int32) for name in ("amount", "moves_in", "moves_out")}
    columns: dict[str, Any] = {
        "decision_id": [_named(part, partition, place) for part, own in zip(parts, places, strict=True) for place in own],
        "key": [f"{part.market}/{place}" for part, own in zip(parts, places, strict=True) for place in own],
        "market": _each(parts, [part.market for part in parts], pl.String),
        "zone": [place.rpartition("/")[0] for own in places for place in own],
        "lat": of["lat"],
        "lon": of["lon"],
        "service": symbols(SERVICES, of["service"]),
        "topic": same(ORDERS, n, pl.String),
        "partition": same(partition, n, pl.Int32),
        "offset": _each(parts, [part.offset for part in parts], pl.Int64),
        "event_ts": _each(parts, [part.at for part in parts], pl.Int64),
        "decided_at": same(now, n, pl.Int64),
        "demand_hour": np.concatenate([part.demand[part.shown] for part in parts]),
        "forecast": of["forecast"],
        "likely": np.concatenate([part.likely[part.shown] for part in parts]),
        "supply": of["supply"].round(6),
        "needed": of["needed"],
        "ratio": where(~np.isnan(what["ratio"]), what["ratio"]),
        "action": symbols(ACTIONS, what["action"]),
        **ints,
        "priority": symbols(PRIORITIES, what["priority"]),
        "impact": _impact(what),
        "factors": _factors(parts, n),
        "alternatives": _alternatives(what),
        "propensity": same(None, n, pl.Float64),
        "guards": named({name: np.concatenate([part.guards[name][part.shown] for part in parts]) for name in parts[0].guards}, n),
        "code_version": same(code_version, n, pl.String),
        "policy_version": _each(parts, [part.policy_version for part in parts], pl.String),
        "model_versions": _each(parts, [[f"forecast:{part.hours}"] for part in parts], pl.List(pl.String)),
    }
    return pl.DataFrame(columns)


def _joined(parts: list[Allocated], name: str) -> dict[str, Array]:
    """The arrays of a part of each, of the series that are told of, one after the other."""
    fields = [field for field in getattr(parts[0], name).__slots__ if field != "moves"]
    return {field: np.concatenate([getattr(getattr(part, name), field)[part.shown] for part in parts]) for field in fields}


def _places(part: Allocated) -> list[str]:
    """The series that are told of: zone/service."""
    zones, services = (getattr(part.outlook, name)[part.shown].tolist() for name in ("zone", "service"))
    return [f"{part.names[zone]}/{SERVICES[service]}" for zone, service in zip(zones, services, strict=True)]


def _each(parts: list[Allocated], values: list[Any], kind: Any) -> pl.Series:
    """A value of each part, for all its series that are told of."""
    return pl.Series(values, dtype=kind).gather(np.repeat(np.arange(len(parts)), [len(part.shown) for part in parts]))


def _impact(what: dict[str, Array]) -> pl.Series:
    both = {"revenue_cents": what["revenue"], "profit_cents": (what["revenue"] - what["cost"]).round(3)}
    values = pl.DataFrame(both | {"satisfaction": what["satisfaction"], "cost_cents": what["cost"]})
    return where(what["learnt"], values.to_struct())


def _factors(parts: list[Allocated], n: int) -> pl.Series:
    values = np.concatenate([part.parts[:, part.shown].T for part in parts]).round(6)
    weights = np.concatenate([np.tile(part.weights, len(part.shown)) for part in parts])
    return structs({"name": list(PARTS) * n, "value": values.ravel(), "weight": weights}, n, len(PARTS), np.full(n, len(PARTS)))


def _alternatives(what: dict[str, Array]) -> pl.Series:
    """The two other actions."""
    n = len(what["action"])
    rest = np.array([[i for i in range(len(ACTIONS)) if i != action] for action in range(len(ACTIONS))])[what["action"]]
    profit = np.take_along_axis(what["others"], rest, axis=1)
    columns = {"action": symbols(ACTIONS, rest.ravel()), "profit_cents": profit.ravel()}
    return structs(columns, n, 2, np.where(what["learnt"], 2, 0))


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
