"""Orders asked in; the same with one row for each route of one courier, and what is in it, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching import geo
from agents.matching.bundles import NOBODY, Errands, bundle, timed
from agents.matching.courier import CourierPolicy, Drive, after_ms, free_ms, is_goods
from agents.matching.orders import Asked
from columns.table import I64, Mask

ALIKE = ("merchant", "service", "requirements", "tier", "premium", "preferred", "lat", "lon")  # what orders of one bundle have in common


@dataclass(frozen=True, slots=True)
class Plan:
    """Orders as they are asked: ``asked`` has a row for each route, that of its first order, with ``many`` and the readiness of all.

    ``lead`` (routes,) is that order's position among the orders given, ``stops`` (routes, most) those of all, in the order of their
    drop-offs, then NOBODY; ``of`` (orders,): each one's route; ``after_ms`` (routes,): from the pickup until the courier is free again.
    """

    asked: Asked
    lead: I64
    stops: I64
    of: I64
    after_ms: I64

    def expanded(self, routes: I64) -> tuple[I64, I64, I64]:
        """All orders of these routes: positions in ``routes``, stops from 0, positions among the orders given."""
        row, stop = np.nonzero(self.stops[routes] != NOBODY)
        return row, stop, self.stops[routes][row, stop]


def plan(asked: Asked, couriers: int, clock: int, policy: CourierPolicy, drive: Drive) -> Plan:
    """Bundle the orders of merchants, the more the fewer ``couriers`` there are, free or soon to be free, for each order of goods.

    An order that is to be offered goes alone: its driver answers for it only.
    """
    goods = is_goods(asked["service"])
    joins = goods & (asked["merchant"] != 0) & (asked["offer_ms"] == 0)
    if policy.most < 2 or np.count_nonzero(joins) < 2:
        return _alone(asked, policy, drive)
    soonest = clock + round(1000 * policy.fetch_s)
    dropoffs = geo.points(asked["to_lat"], asked["to_lon"])
    errands = Errands(_groups(asked, joins), np.maximum(asked["wanted"], soonest), asked.pickups, dropoffs)
    worth = policy.worth * min(1.0, int(np.count_nonzero(goods)) / max(1, couriers))
    routes = bundle(errands, worth, policy, drive)
    of: I64 = np.zeros(len(asked), np.int64)
    row, _ = np.nonzero(routes.stops != NOBODY)
    of[routes.stops[routes.stops != NOBODY]] = row
    _, length = timed(errands, routes.stops, policy, drive)
    one = asked.take(routes.lead)
    each = np.where(routes.stops == NOBODY, routes.stops[:, :1], routes.stops)
    columns = one.columns | {"many": routes.size, "wanted": asked["wanted"][each].max(axis=1)}
    return Plan(Asked(columns, one.pickups), routes.lead, routes.stops, of, free_ms(one["service"], length[:, -1], policy))


def _alone(asked: Asked, policy: CourierPolicy, drive: Drive) -> Plan:
    each = np.arange(len(asked))
    return Plan(asked, each, each[:, None], each, after_ms(asked["service"], asked["trip_m"], policy, drive))


def _groups(asked: Asked, joins: Mask) -> I64:
    """A number per order: equal where the same courier may take both from the same counter, else its own."""
    out: I64 = -1 - np.arange(len(joins))
    rows = np.flatnonzero(joins)
    order = np.lexsort([asked[name][rows] for name in ALIKE])
    changes = np.zeros(len(rows), np.bool_)
    for name in ALIKE:
        values = asked[name][rows[order]]
        changes[1:] |= values[1:] != values[:-1]
    out[rows[order]] = np.cumsum(changes)
    return out
