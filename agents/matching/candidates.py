"""Orders and free drivers in; for each order the nearest drivers that may serve it, out: a k-d tree, never a scan per order.

Orders that ask for the same (service, features, tier) form a class; one tree holds the drivers that may serve a class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.matching import geo
from agents.matching.courier import FOOD
from agents.matching.drivers import Drivers
from agents.matching.orders import Asked
from agents.matching.policy import Policy
from columns.parts import parts
from columns.table import F64, I64, Columns, Mask

if TYPE_CHECKING:
    from scipy.spatial import cKDTree
else:
    cKDTree = parts("scipy.spatial", "_ckdtree")[0].cKDTree  # noqa: N816 - its name in scipy


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs of an order and a driver near it, by order, then driver row; and what is known of each order asked.

    ``order`` (pairs,) are positions among the orders asked, ``driver`` (pairs,) rows of the driver table;
    ``more`` (orders,): there may be eligible drivers within reach beyond those found;
    ``able`` (orders,): drivers that may serve it, near or far; ``beyond_m`` (orders,): those not found are at least so far away.
    """

    order: I64
    driver: I64
    more: Mask
    able: I64
    beyond_m: F64


def requirement_class(asked: Asked) -> I64:
    """A number per order, equal for orders that the same drivers may serve, shape (orders,)."""
    service, requirements, tier = (asked[name].astype(np.int64) for name in ("service", "requirements", "tier"))
    out: I64 = service << 16 | requirements << 8 | tier << 1 | asked["premium"]
    return out


def able_drivers(drivers: Columns, free: I64, number: int, policy: Policy) -> I64:
    """Rows among ``free`` of the drivers that may serve a class: service and vehicle, features, the tier's minimum rating.

    An order of a premium tier needs the tier's minimum rating; one with ``premium_required`` a driver of that tier or a higher one, too.
    """
    service, requirements, tier, premium = number >> 16, number >> 8 & 255, number >> 1 & 127, number & 1
    fits = (drivers["serves"][free] >> service & 1).astype(np.bool_)
    if service < FOOD:
        fits &= drivers["holds"][free] == 0  # a rider is not kept for a driver that is not free yet
    if requirements:
        fits &= drivers["features"][free] & requirements == requirements
    if tier:
        fits &= drivers["rating"][free] >= policy.tier_minimum[tier]
        if premium:
            fits &= drivers["tier"][free] >= tier
    return free[fits]


@dataclass(frozen=True, slots=True)
class Able:
    """The rows of the free drivers that may serve a class of orders, and a tree of where they are."""

    rows: I64
    tree: cKDTree | None


def planted(points: F64, questions: int) -> cKDTree:
    """A tree of points (n, 3) that will be asked so many questions: few do not pay for a fine one."""
    return cKDTree(points, leafsize=32 if questions > 32 else 256, balanced_tree=False, compact_nodes=False)


def nearest(tree: cKDTree, pickups: F64, k: int, reach_m: F64) -> tuple[I64, Mask, F64]:
    """The k nearest of the tree's n points within ``reach_m`` (m,) of each pickup (m, 3).

    → positions of the points, shape (m, min(k, n)), ascending, n where there are fewer; whether there may be more, shape (m,);
    and how far away, in metres, those would at least be, shape (m,).
    """
    count = min(k, tree.n)
    away, found = tree.query(pickups, k=np.arange(1, count + 1), distance_upper_bound=geo.chord_m(float(reach_m.max())) + 0.01)
    found[away > reach_m[:, None] + 0.01] = tree.n
    more = (found[:, -1] < tree.n) & (count < tree.n)
    beyond = np.where(more, np.floor(away[:, -1]), reach_m)  # a chord is never longer than the way
    found.sort(axis=1)
    return found, more, beyond


def find(drivers: Drivers, free: I64, asked: Asked, k: int, *, reach_m: F64, policy: Policy, known: dict[int, Able]) -> Found:
    """The k nearest able drivers within ``reach_m`` (orders,) of each order among the rows ``free``; what is ``known`` by class is kept."""
    classes = requirement_class(asked)
    more: Mask = np.zeros(len(classes), np.bool_)
    able: I64 = np.zeros(len(classes), np.int64)
    beyond: F64 = reach_m.copy()
    pairs_order, pairs_driver = [], []
    numbers = np.unique(classes)
    for number in numbers.tolist():
        orders = np.flatnonzero(classes == number)
        if number not in known:
            rows = able_drivers(drivers.columns, free, number, policy)
            known[number] = Able(rows, planted(drivers.free_points(rows), len(orders)) if len(rows) else None)
        rows, tree = known[number].rows, known[number].tree
        able[orders] = len(rows)
        if tree is None:
            continue
        found, more[orders], beyond[orders] = nearest(tree, asked.pickups[orders], k, reach_m[orders])
        near = found < len(rows)
        pairs_order.append(np.repeat(orders, near.sum(axis=1)))
        pairs_driver.append(rows[found[near]])
    if not pairs_order:
        return Found(np.zeros(0, np.int64), np.zeros(0, np.int64), more, able, beyond)
    order, driver = np.concatenate(pairs_order), np.concatenate(pairs_driver)
    if len(numbers) > 1:
        by_order = np.argsort(order, kind="stable")
        order, driver = order[by_order], driver[by_order]
    return Found(order, driver, more, able, beyond)
