"""Food and goods, which are ready later than they are ordered: what coming in time or late costs, and when a courier has to leave.

They are looked at from ``lead_s`` before, together with the couriers who are free and those who soon will be where their last drop-off is;
but an order is decided only when the courier found for it has to leave to be there as it is ready (the two stages of commitment of Reyes,
Erera, Savelsbergh, Sahasrabudhe, O'Neil: The Meal Delivery Routing Problem, 2018): until then a better one may be found, and orders of the
same merchant may join it. Times in, costs and times out; formulas over arrays, no state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from columns.table import F64, I64, U8, Mask

FOOD = 2  # position in policy.SERVICES: from it on, what is carried are goods
Drive = Callable[[F64], F64]  # metres (n,) → expected seconds


@dataclass(frozen=True)
class CourierPolicy:
    """How food and goods are dispatched. Times in seconds; the weights were measured on the public meal-delivery instances."""

    hold: bool = True  # goods not ready yet are decided when their courier has to leave, not before
    margin_s: float = 30.0  # how much too early a courier may come
    hold_s: float = 300.0  # an order held is looked at again after at most this long …
    every_s: float = 5.0  # … and all at the same times, at most this often
    hold_limit: int = 200  # most orders held that are looked at with others, those ready first
    soon_s: float = 900.0  # couriers free within this time are thought of, too; 0: only those that are free
    drive_weight: float = 0.0  # of a second on the way that does not make the goods late
    many_weight: float = 1.0  # of each further order that is late, against the first
    most: int = 3  # orders in a bundle
    gap_s: float = 600.0  # between the first order ready and the last
    delay_s: float = 1200.0  # of each drop-off, by the others
    worth: float = 1.0  # seconds of orders' delay that a courier's second is worth where there is an order for each courier, or more
    stop_s: float = 240.0  # at the door, and half of it at the merchant's after the pickup
    fetch_s: float = 480.0  # a courier's way to a merchant, usually


DEFAULT = CourierPolicy()


def is_goods(service: U8) -> Mask:
    """Which services carry goods, not riders."""
    return service >= FOOD


def after_ms(service: U8, trip_m: F64, policy: CourierPolicy, drive: Drive) -> I64:
    """From the pickup of orders that go alone until their drivers are free again, shape (n,)."""
    length = np.rint(1000.0 * (drive(trip_m) + policy.stop_s)).astype(np.int64)
    return free_ms(service, length, policy)


def free_ms(service: U8, length_ms: I64, policy: CourierPolicy) -> I64:
    """From the pickup until the driver is free: ``length_ms`` (n,) ends with the last stop; a courier first leaves the merchant's."""
    stop_ms = round(1000 * policy.stop_s)
    out: I64 = np.where(is_goods(service), length_ms + stop_ms // 2, length_ms - stop_ms)
    return out


def counted_s(eta_s: F64, slack_s: F64, many: I64, policy: CourierPolicy) -> F64:
    """What a pickup ``eta_s`` from now costs, of ``many`` orders that are ready ``slack_s`` from now; seconds, shapes (pairs,).

    Time on the way before all is ready counts ``drive_weight``; after it each order's lateness counts, and an order for itself as it is:
    ``drive · min(eta, slack) + (1 + w · many) / (1 + w) · max(0, eta - slack)`` with w the ``many_weight``. It never falls with the eta.
    """
    slack = np.maximum(0.0, slack_s)
    share = (1.0 + policy.many_weight * many) / (1.0 + policy.many_weight)
    out: F64 = policy.drive_weight * np.minimum(eta_s, slack) + share * np.maximum(0.0, eta_s - slack)
    return out


def hold_ms(eta_s: F64, slack_s: F64, policy: CourierPolicy) -> I64:
    """How long a courier that needs ``eta_s`` may still wait before it leaves, ms, shape (n,); not positive: it has to leave now."""
    out: I64 = np.floor(1000.0 * (slack_s - eta_s - policy.margin_s)).astype(np.int64)
    return out


def wake(clock: int, wait_ms: I64, policy: CourierPolicy) -> I64:
    """When orders that are held so long are looked at again, market clock in ms: together, so that it is not done too often."""
    every = max(1, round(1000 * policy.every_s))
    at = clock + np.minimum(wait_ms, round(1000 * policy.hold_s))
    out: I64 = np.maximum(at // every * every, clock // every * every + every)
    return out
