"""Decisions on zones of one step in; growth.allocations, growth.zones and growth.moves, by column of their schemas, out."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.growth.closing import Allocated
from agents.growth.forecast import PARTS
from agents.growth.offered import named
from agents.growth.policy import ACTIONS, HOUR_MS, PRIORITIES, SERVICES
from agents.growth.reading import ORDERS
from columns.output import Column, Cycle, Each, Same, Struct, Structs, Table, Where
from columns.table import Array

OUTLOOK = (
    *("key", "market", "zone", "lat", "lon", "service", "demand_hour", "forecast", "supply", "needed", "ratio", "action", "amount"),
    *("priority", "event_ts"),
)


def allocations_table(parts: list[Allocated], partition: int, now: int, code_version: str) -> Table | None:
    """growth.allocations: a row for each series that has orders, a forecast or drivers; None without any."""
    told = [part for part in parts if len(part.shown)]
    return _table(told, partition, now, code_version) if told else None


def outlook_rows(allocations: Table) -> list[dict[str, Any]]:
    """growth.zones: the latest of each zone and service."""
    rows = Table({name: allocations.columns[name] for name in OUTLOOK}, allocations.height).rows()
    latest = {row["key"]: i for i, row in enumerate(rows)}
    return [rows[i] for i in sorted(latest.values())]


def moves_tables(parts: list[Allocated], now: int, code_version: str) -> list[Table]:
    """growth.moves: a row for each move."""
    return [_moves(part, now, code_version) for part in parts if len(part.allocation.moves.drivers)]


def _named(part: Allocated, partition: int, place: str) -> str:
    """A decision's id: after the last order that it knows of; nothing else names a place and a time."""
    return f"growth/{ORDERS}/{partition}/{max(part.offset, 0)}/{part.market}:{part.at}:{place.replace('/', ':')}"


def _table(parts: list[Allocated], partition: int, now: int, code_version: str) -> Table:
    of, what = _joined(parts, "outlook"), _joined(parts, "allocation")
    places = [_places(part) for part in parts]
    n = len(of["zone"])
    columns: dict[str, Column] = {
        "decision_id": [_named(part, partition, place) for part, own in zip(parts, places, strict=True) for place in own],
        "key": [f"{part.market}/{place}" for part, own in zip(parts, places, strict=True) for place in own],
        "market": _each(parts, [part.market for part in parts]),
        "zone": [place.rpartition("/")[0] for own in places for place in own],
        "lat": of["lat"],
        "lon": of["lon"],
        "service": Each(SERVICES, of["service"]),
        "topic": Same(ORDERS),
        "partition": Same(partition),
        "offset": _each(parts, [part.offset for part in parts]),
        "event_ts": _each(parts, [part.at for part in parts]),
        "decided_at": Same(now),
        "demand_hour": np.concatenate([part.demand[part.shown] for part in parts]),
        "forecast": of["forecast"],
        "likely": np.concatenate([part.likely[part.shown] for part in parts]),
        "supply": of["supply"].round(6),
        "needed": of["needed"],
        "ratio": Where(~np.isnan(what["ratio"]), what["ratio"]),
        "action": Each(ACTIONS, what["action"]),
        **{name: what[name] for name in ("amount", "moves_in", "moves_out")},
        "priority": Each(PRIORITIES, what["priority"]),
        "impact": _impact(what),
        "factors": _factors(parts),
        "alternatives": _alternatives(what),
        "propensity": Same(None),
        "guards": named({name: np.concatenate([part.guards[name][part.shown] for part in parts]) for name in parts[0].guards}, n),
        "code_version": Same(code_version),
        "policy_version": _each(parts, [part.policy_version for part in parts]),
        "model_versions": _each(parts, [[f"forecast:{part.hours}"] for part in parts]),
    }
    return Table(columns, n)


def _joined(parts: list[Allocated], name: str) -> dict[str, Array]:
    """The arrays of a part of each, of the series that are told of, one after the other."""
    fields = [field for field in getattr(parts[0], name).__slots__ if field != "moves"]
    return {field: np.concatenate([getattr(getattr(part, name), field)[part.shown] for part in parts]) for field in fields}


def _places(part: Allocated) -> list[str]:
    """The series that are told of: zone/service."""
    zones, services = (getattr(part.outlook, name)[part.shown].tolist() for name in ("zone", "service"))
    return [f"{part.names[zone]}/{SERVICES[service]}" for zone, service in zip(zones, services, strict=True)]


def _each(parts: list[Allocated], values: list[Any]) -> Each:
    """A value of each part, for all its series that are told of."""
    return Each(values, np.repeat(np.arange(len(parts)), [len(part.shown) for part in parts]))


def _impact(what: dict[str, Array]) -> Where:
    both = {"revenue_cents": what["revenue"], "profit_cents": (what["revenue"] - what["cost"]).round(3)}
    return Where(what["learnt"], Struct(both | {"satisfaction": what["satisfaction"], "cost_cents": what["cost"]}))


def _factors(parts: list[Allocated]) -> Structs:
    values = np.concatenate([part.parts[:, part.shown].T for part in parts]).round(6)
    weights = np.concatenate([np.tile(part.weights, len(part.shown)) for part in parts])
    return Structs(Struct({"name": Cycle(PARTS), "value": values.ravel(), "weight": weights}), len(PARTS))


def _alternatives(what: dict[str, Array]) -> Structs:
    """The two other actions."""
    rest = np.array([[i for i in range(len(ACTIONS)) if i != action] for action in range(len(ACTIONS))])[what["action"]]
    profit = np.take_along_axis(what["others"], rest, axis=1)
    flat = Struct({"action": Each(ACTIONS, rest.ravel()), "profit_cents": profit.ravel()})
    return Structs(flat, 2, np.where(what["learnt"], 2, 0))


def _moves(part: Allocated, now: int, code_version: str) -> Table:
    moves, of = part.allocation.moves, part.outlook
    start, end = ([part.names[zone] for zone in of.zone[at].tolist()] for at in (moves.start, moves.end))
    services = [SERVICES[service] for service in of.service[moves.end].tolist()]
    named_by = zip(start, end, services, strict=True)
    columns: dict[str, Column] = {
        "move_id": [f"growth/{part.market}/{part.at}/{a}/{b}/{service}" for a, b, service in named_by],
        "market": Same(part.market),
        "service": Each(SERVICES, of.service[moves.end]),
        "from_zone": start,
        "to_zone": end,
        "drivers": moves.drivers,
        "distance_m": moves.distance_m,
        "travel_s": moves.travel_s,
        "revenue_cents": moves.revenue,
        "cost_cents": moves.cost,
        "profit_cents": (moves.revenue - moves.cost).round(3),
        "priority": Each(PRIORITIES, part.allocation.priority[moves.end]),
        "event_ts": Same(part.at),
        "decided_at": Same(now),
        "valid_until": Same(part.at + HOUR_MS),
        "code_version": Same(code_version),
        "policy_version": Same(part.policy_version),
    }
    return Table(columns, len(moves.drivers))
