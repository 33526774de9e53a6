"""A driver and an order in; the quantities that one could change about the driver, and the least change of each that wins, out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from agents.matching.drivers import SERVES
from agents.matching.explain_selves import Row, on_the_way
from agents.matching.fairness import boost_ms, factor
from agents.matching.orders import Asked
from agents.matching.policy import VEHICLES, Policy
from agents.matching.reading import NONE
from columns.table import F64, I64, Array

METRE, INCOME = 1.0, 0.01  # the steps in which changes are looked at
MEASURES = (("rating", "stars", 5.0, 0.01), ("completion", "share", 1.0, 0.001), ("acceptance", "share", 1.0, 0.001))  # unit, best, step


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something about a driver: ``values`` (n,) from what it was to the farthest it may be; ``columns`` of the driver table that say so.

    ``unit`` is for people; ``names`` are what values stand for, where they are not numbers.
    """

    name: str
    unit: str
    values: F64
    columns: Callable[[F64], Mapping[str, Array]]
    names: tuple[str, ...] = ()

    def said(self, at: int) -> float | str:
        """A value as people know it."""
        return self.names[int(self.values[at])] if self.names else float(self.values[at])


@dataclass(frozen=True, slots=True)
class Change:
    """The least change of one quantity that would have won: from ``value`` to ``needed``, or None where none does up to ``bound``.

    ``instead`` is another order that the driver would have got with ``bound``, None for none.
    """

    quantity: str
    unit: str
    value: float | str
    needed: float | str | None
    bound: float | str
    instead: str | None


def quantities(driver: Row, point: F64, asked: Asked, distance_m: float, policy: Policy) -> list[Quantity]:
    """What could have been better about a driver who is free at ``point``, as in geo.points, for the one order of ``asked``."""

    def nearer(metres: F64) -> dict[str, Array]:
        lat, lon = on_the_way(point, asked.pickups[0], metres)
        return {"free_lat": lat, "free_lon": lon} if driver["holds"] else {"lat": lat, "lon": lon}

    out = [Quantity("nearer", "m", upwards(0.0, float(np.floor(distance_m)), METRE), nearer)]
    for name, unit, top, step in MEASURES:
        out.append(Quantity(name, unit, upwards(driver[name], top, step), lambda values, name=name: {name: values}))  # type: ignore[misc]
    answers, accepted = int(driver["answers"]), int(driver["accepted"])
    out.append(Quantity("accepted", f"of {answers}", upwards(accepted, answers, 1.0), lambda values: {"accepted": values}))
    out.append(Quantity("income", "share", _incomes(driver, policy), lambda values: _standing(values, policy)))
    preferred = int(asked["preferred"][0])
    if preferred not in (NONE, int(driver["vehicle"])):
        values = np.array([driver["vehicle"], preferred])
        out.append(Quantity("vehicle", "", values, lambda kinds: _vehicle(driver, kinds, asked), VEHICLES))
    return [one for one in out if len(one.values) > 1]


def least(quantity: Quantity, orders: list[str], order: int, gains: Callable[[Mapping[str, Array], int], I64], most: int) -> Change:
    """The least change that wins the order at ``order`` of ``orders``. ``gains(columns, n)`` (n, orders): those of n selves, as gains_ms.

    Values are tried from what it was on, ``most`` (3 or more) at once at even distances, then between the last that does not win and the
    first that does: exact where more change never turns winning into losing, or all values are tried at once.
    """
    first, last, needed, instead = 0, len(quantity.values) - 1, None, None
    while True:
        tried = np.unique(np.rint(np.linspace(first, last, min(most, last - first + 1))).astype(np.int64))
        gained = gains(quantity.columns(quantity.values[tried]), len(tried))
        wins = lead_ms(gained, order) > 0
        if not wins.any():
            best = int(gained[-1].argmax())
            instead = orders[best] if gained[-1, best] > 0 and best != order else None
            break
        nth = int(wins.argmax())
        needed = last = int(tried[nth])
        if nth == 0 or last - int(tried[nth - 1]) == 1:
            break
        first = int(tried[nth - 1])
    said = [quantity.said(at) for at in (0, -1)]
    return Change(quantity.name, quantity.unit, said[0], None if needed is None else quantity.said(needed), said[1], instead)


def lead_ms(gains: I64, order: int) -> I64:
    """By how much the gain at ``order`` exceeds that of the best other order, or of none, whole ms, shape (selves,): above 0 it wins."""
    others = np.delete(gains, order, axis=1).max(axis=1, initial=0)
    out: I64 = gains[:, order] - others
    return out


def upwards(value: float, top: float, step: float) -> F64:
    """The value, and the multiples of ``step`` above it up to ``top``.

    >>> upwards(4.985, 5.0, 0.01).tolist()
    [4.985, 4.99, 5.0]
    """
    steps = np.arange(np.floor(value / step + 1e-9) + 1, np.floor(top / step + 1e-9) + 1)
    out: F64 = np.r_[value, np.round(steps * step, 9)]
    return out


def _incomes(driver: Row, policy: Policy) -> F64:
    """The driver's income per active hour relative to the market's mean, told by its factor, and less, down to nothing."""
    known = min(max(driver["fairness"], 1e-9), 1.0)
    relative = round((1.0 / known - 1.0) ** (1.0 / policy.fairness.exponent), 6)
    down = np.arange(np.ceil(relative / INCOME - 1e-9) - 1, -1, -1)
    out: F64 = np.r_[relative, np.round(down * INCOME, 9)]
    return out


def _standing(relative: F64, policy: Policy) -> dict[str, Array]:
    return {"fairness": factor(relative, policy.fairness), "boost_ms": boost_ms(relative, policy.fairness)}


def _vehicle(driver: Row, kinds: F64, asked: Asked) -> dict[str, Array]:
    """Another vehicle, with which the order's service is offered as it was with the driver's own."""
    vehicle = kinds.astype(np.int64)
    service = 1 << int(asked["service"][0])
    other = vehicle != int(driver["vehicle"])
    serves = np.where(other, (int(driver["serves"]) & ~service) | (SERVES[vehicle] & service), int(driver["serves"]))
    return {"vehicle": vehicle, "serves": serves}
