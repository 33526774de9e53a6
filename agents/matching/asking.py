"""A market and the pending orders to be tried in; what is matched together, and what of the match is to be decided now, out.

Goods are tried together with the goods that are held, and with couriers who will be free soon. Of what was found for them only that is
decided now whose courier is free and has to leave; the rest is held (see `courier`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching.courier import FOOD, hold_ms, is_goods, wake
from agents.matching.market import Market
from agents.matching.match import Assignment
from agents.matching.orders import Asked
from agents.matching.plans import Plan, plan
from agents.matching.policy import Policy
from columns.table import I64


@dataclass(frozen=True, slots=True)
class Asking:
    """The pending orders at ``slots`` (n,), as a plan's routes, and the rows ``free`` (m,) of the drivers who may take them."""

    slots: I64
    plan: Plan
    free: I64

    @property
    def asked(self) -> Asked:
        """The routes, as they are asked."""
        return self.plan.asked

    @property
    def leads(self) -> I64:
        """The slots of the routes' first orders."""
        return self.slots[self.plan.lead]


def gather(market: Market, slots: I64, free: I64, clock: int, policy: Policy) -> Asking:
    """What is matched when the pending orders at ``slots`` are to be tried, and the drivers ``free`` are."""
    if is_goods(market.pending["service"][slots]).any():
        slots = np.union1d(slots, market.pending.held(clock, policy))
        free = np.union1d(free, market.drivers.soon(clock, policy))
    couriers = int(np.count_nonzero(market.drivers.columns["serves"][free] >> FOOD))
    return Asking(slots, plan(market.pending.asked(slots), couriers, clock, policy.courier, market.travel.usual_s), free)


def hold(market: Market, asking: Asking, result: Assignment, clock: int, policy: Policy) -> None:
    """Take out of ``result`` what is not to be decided yet, and say when its orders are looked at again.

    Goods whose courier may still wait are held; where none was found, a usual way to the merchant is reckoned with. A driver that is not
    free yet takes nothing: its order goes on waiting.
    """
    asked, hit = asking.asked, np.flatnonzero(result.chosen >= 0)
    eta_s = np.full(len(asked), policy.courier.fetch_s)
    eta_s[hit] = result.pairs.eta_s[result.chosen[hit]]
    wait_ms = hold_ms(eta_s, (asked["wanted"] - clock) / 1000.0, policy.courier)
    early = is_goods(asked["service"]) & (wait_ms > 0) & policy.courier.hold
    busy = market.drivers.columns["holds"][result.pairs.driver[result.chosen[hit]]] > 0
    result.chosen[early], result.chosen[hit[busy]] = -1, -1
    row, _, order = asking.plan.expanded(np.flatnonzero(early))
    slots = asking.slots[order]
    market.pending["tried"][slots] = False
    market.pending["start"][slots] = wake(clock, wait_ms[early][row], policy.courier)
