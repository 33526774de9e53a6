"""A driver as it is and changes of it in; a market of **selves**, each of whom is the driver with something changed, out.

The market's own functions then tell what each change would bring: who may serve an order, at what cost. Selves hold no orders and nothing
else of the market but what it has learnt.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

import numpy as np

from agents.matching.courier import is_goods
from agents.matching.drivers import Drivers
from agents.matching.market import Market
from agents.matching.offers import Refusals
from agents.matching.optimal import NEVER
from agents.matching.orders import Asked
from agents.matching.outlook import outlook
from agents.matching.policy import Policy
from agents.matching.rounds import Ask
from agents.matching.score import Pairs
from columns.table import F64, I64, Array

Row = Mapping[str, float]  # column of the driver table → value


def row_of(drivers: Drivers, row: int) -> dict[str, float]:
    """One driver's columns."""
    return {name: column[row].item() for name, column in drivers.columns.items()}


def selves(market: Market, driver: Row, refused: I64, changed: Mapping[str, Array], count: int) -> Market:
    """``count`` times the same driver in a market that has learnt what ``market`` has; the columns ``changed`` are (count,) each.

    ``refused`` (n,) are the numbers of the orders that the driver has refused.
    """
    drivers, out = Drivers(), copy(market)
    drivers.ids = [str(number) for number in range(count)]
    drivers.columns.append({name: changed.get(name, np.full(count, value)) for name, value in driver.items()})
    drivers.reindex()
    out.drivers, out.refusals = drivers, Refusals()
    out.refusals.number, out.refusals.row = np.repeat(refused, count), np.tile(np.arange(count), len(refused))
    return out


def all_pairs(market: Market, asked: Asked, clock: int, policy: Policy) -> Pairs:
    """All pairs of ``asked`` with the drivers of a small market that may serve them, scored."""
    free = free_of(market, asked, clock, policy)
    ask = Ask(market.drivers, free, asked, outlook(market, asked, free, clock, policy), market.refusals, clock, policy)
    return ask.score(ask.find(len(market.drivers)))


def free_of(market: Market, asked: Asked, clock: int, policy: Policy) -> I64:
    """Rows of the drivers that may be matched: those free and, where goods are asked for, those free soon; as asking.gather has it."""
    free = market.drivers.eligible(clock, policy)
    return np.union1d(free, market.drivers.soon(clock, policy)) if is_goods(asked["service"]).any() else free


def gains_ms(market: Market, asked: Asked, beat_ms: I64, clock: int, policy: Policy) -> I64:
    """By how much each driver of a small market stays below each order's price to beat, (drivers, orders); -NEVER where it may not."""
    pairs = all_pairs(market, asked, clock, policy)
    out = np.full((len(market.drivers), len(asked)), -NEVER)
    out[pairs.driver, pairs.order] = beat_ms[pairs.order] - pairs.cost_ms
    return out


def on_the_way(driver: F64, pickup: F64, nearer_m: F64) -> tuple[F64, F64]:
    """Degrees of places by so many metres nearer (n,) on the great circle from a driver to a pickup, both points as in geo.points."""
    radius = float(np.sqrt(driver @ driver))
    away = 2.0 * np.arcsin(min(1.0, float(np.sqrt((driver - pickup) @ (driver - pickup))) / (2.0 * radius)))
    away, gone = max(away, 1e-12), nearer_m / radius  # one that is there already stays
    along = (np.sin(away - gone)[:, None] * driver + np.sin(gone)[:, None] * pickup) / np.sin(away)
    x, y, z = along.T / radius
    return np.degrees(np.arcsin(np.clip(z, -1.0, 1.0))), np.degrees(np.arctan2(y, x))
