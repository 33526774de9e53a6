"""Open orders of merchants in; which of them one courier should take together, and in which order they are dropped off, out.

Parallel insertion by merchant, as in Reyes, Erera, Savelsbergh, Sahasrabudhe, O'Neil: The Meal Delivery Routing Problem (2018), §4: orders
come in the order of their readiness, and each is put into the route, and at the place in it, where it costs least, or begins a route of
its own. What it costs is here the delay of all drop-offs against each order going alone, less ``worth`` times the courier time it saves;
so that orders are bundled where couriers are few (worth near 1) and go alone where they are plenty (worth near 0).

All merchants take their next order at the same time, as arrays; a merchant's orders are tried on its RECENT last routes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching import geo
from agents.matching.courier import CourierPolicy, Drive
from columns.table import F64, I64, Mask

RECENT = 4
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Errands:
    """Orders that may be bundled, in order of arrival, shape (n,): ``group`` is equal for those of one merchant that the same couriers
    may take; ``ready`` the earliest sensible pickup, ms; ``pickups``, ``dropoffs`` (n, 3) as in geo.points."""

    group: I64
    ready: I64
    pickups: F64
    dropoffs: F64

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True)
class Routes:
    """Bundles in the order of their first orders: ``stops`` (routes, most) are positions of orders in the order of their drop-offs, then
    NOBODY; ``ready`` (routes,) when all of it can be picked up, ms; ``lead`` (routes,) the order that came first; ``size`` (routes,)."""

    stops: I64
    ready: I64
    lead: I64
    size: I64

    def __len__(self) -> int:
        return len(self.lead)


def bundle(errands: Errands, worth: float, policy: CourierPolicy, drive: Drive) -> Routes:
    """Every order in exactly one route; ``worth``: how much delay of orders saving a courier's time may cost, 0 for none."""
    n = len(errands)
    stops: I64 = np.full((n, policy.most), NOBODY, np.int64)
    size: I64 = np.zeros(n, np.int64)
    if worth <= 0.0 or policy.most < 2:
        stops[:, 0], size[:] = np.arange(n), 1
        return _routes(errands, stops, size)
    turn = np.lexsort((np.arange(n), errands.ready, errands.group))
    starts = np.flatnonzero(np.r_[True, np.diff(errands.group[turn]) != 0]) if n else np.zeros(0, np.int64)
    many = np.diff(np.r_[starts, n])
    recent: I64 = np.full((len(starts), RECENT), NOBODY, np.int64)  # each merchant's last routes: rows of ``stops``
    for nth in range(int(many.max(initial=0))):
        merchants = np.flatnonzero(many > nth)
        order = turn[starts[merchants] + nth]
        joined = _join(errands, worth, policy, drive, stops, size, recent[merchants], order)
        new, alone = order[~joined], merchants[~joined]
        stops[new, 0], size[new] = new, 1  # a route's row is its first order's
        recent[alone] = np.column_stack((new, recent[alone, :-1]))
    return _routes(errands, stops, size)


def _join(errands: Errands, worth: float, policy: CourierPolicy, drive: Drive, stops: I64, size: I64, recent: I64, order: I64) -> Mask:
    """Put each of ``order`` (m,) where it costs least among the routes ``recent`` (m, RECENT), if that costs less than nothing.

    Changes ``stops`` and ``size``; → which have joined, shape (m,).
    """
    joined: Mask = np.zeros(len(order), np.bool_)
    which, nth = np.nonzero((recent != NOBODY) & (size[recent] < policy.most))
    route = recent[which, nth]
    old, added = stops[route], order[which]
    fits = [(at, np.flatnonzero(size[route] >= at)) for at in reversed(range(policy.most))]
    tried = np.concatenate([rows for _, rows in fits])
    new = np.concatenate([np.column_stack((old[rows, :at], added[rows], old[rows, at:-1])) for at, rows in fits])
    value = _value(errands, worth, policy, drive, old[tried], new, added[tried])
    by_value = np.lexsort((nth[tried], value, which[tried]))  # equals: the newer route, the later stop
    by_value = by_value[value[by_value] < 0]
    best = by_value[np.unique(which[tried[by_value]], return_index=True)[1]]
    taken = route[tried[best]]
    stops[taken] = new[best]
    size[taken] += 1
    joined[which[tried[best]]] = True
    return joined


def _value(errands: Errands, worth: float, policy: CourierPolicy, drive: Drive, old: I64, new: I64, added: I64) -> I64:
    """What routes cost with an order more (``new``) instead of it going alone, shape (routes,), ms; 0 where that must not be."""
    delay, length = timed(errands, new, policy, drive)
    delay_before, length_before = timed(errands, old, policy, drive)
    _, alone = timed(errands, added[:, None], policy, drive)
    saved = round(1000 * policy.fetch_s) + alone[:, -1] - (length[:, -1] - length_before[:, -1])
    value = delay.sum(axis=1) - delay_before.sum(axis=1) - np.rint(worth * saved).astype(np.int64)
    ready = errands.ready[np.where(new == NOBODY, new[:, :1], new)]
    bad = (delay.max(axis=1) > 1000 * policy.delay_s) | (ready.max(axis=1) - ready.min(axis=1) > 1000 * policy.gap_s)
    out: I64 = np.where(bad, 0, value)
    return out


def timed(errands: Errands, stops: I64, policy: CourierPolicy, drive: Drive) -> tuple[I64, I64]:
    """Routes (q, k) → each drop-off's delay against the order going alone, and the time from the pickup to the end of each stop, ms."""
    present = stops != NOBODY
    first = errands.pickups[stops[:, 0]]
    there = errands.dropoffs[stops]
    before = np.concatenate((first[:, None], there[:, :-1]), axis=1)
    length = np.cumsum(np.where(present, _leg_ms(before, there, policy, drive), 0), axis=1)
    direct = _leg_ms(np.broadcast_to(first[:, None], there.shape), there, policy, drive)
    ready = errands.ready[np.where(present, stops, stops[:, :1])]
    delay = ready.max(axis=1)[:, None] - ready + length - direct
    return np.where(present, delay, 0), length


def _leg_ms(start: F64, end: F64, policy: CourierPolicy, drive: Drive) -> I64:
    """Points (q, k, 3) → driving and the stop at its end, whole ms, shape (q, k)."""
    drive_s = drive(geo.distance_m(start.reshape(-1, 3), end.reshape(-1, 3))).reshape(start.shape[:2])
    out: I64 = np.rint(1000.0 * (drive_s + policy.stop_s)).astype(np.int64)
    return out


def _routes(errands: Errands, stops: I64, size: I64) -> Routes:
    used = np.flatnonzero(size)
    stops, size = stops[used], size[used]
    lead = np.where(stops == NOBODY, len(errands), stops).min(axis=1, initial=len(errands))
    by_lead = np.argsort(lead)
    stops = stops[by_lead]
    ready = errands.ready[np.where(stops == NOBODY, stops[:, :1], stops)].max(axis=1) if len(stops) else lead
    return Routes(stops, ready, lead[by_lead], size[by_lead])
