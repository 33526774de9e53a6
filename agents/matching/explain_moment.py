"""A market's part of a step right before its matching in; what is matched there, if a given order is among it, out."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace

from agents.matching.asking import Asking
from agents.matching.market import Market
from agents.matching.market_step import MarketStep
from agents.matching.match import Assignment, match
from agents.matching.orders import Asked
from agents.matching.policy import Policy
from columns.table import I64, Columns


@dataclass(frozen=True, slots=True)
class Moment:
    """A market right before orders were matched together with the drivers in rows ``free``, at ``clock`` ms.

    ``asked``: the orders, or bundles of them, as they were asked; ``ids``: each one's, or its first one's; ``place``: where an order is
    among them; ``result``: what was acted on.
    """

    market: Market
    asked: Asked
    free: I64
    ids: list[str]
    place: dict[str, int]
    clock: int
    policy: Policy
    result: Assignment

    def without(self, row: int) -> Assignment:
        """How it would have gone without the driver in that row; -1: how it went, what is held included."""
        return match(self.market, self.asked, self.clock, self.policy, self.free[self.free != row])

    def driver_of(self, order_id: str) -> str | None:
        """Who was chosen for an order, or the bundle that it is in."""
        pair = int(self.result.chosen[self.place[order_id]])
        return None if pair < 0 else self.market.drivers.ids[int(self.result.pairs.driver[pair])]


class _Trial(MarketStep):
    """The step's matching, up to where it would be acted on; the step itself and its market are left as they are."""

    def __init__(self, step: MarketStep) -> None:
        market, pending = copy(step.market), copy(step.market.pending)
        pending.columns = Columns(pending.columns.spec)
        pending.columns.append(dict(step.market.pending.columns.items()))
        market.pending, market.pace = pending, replace(step.market.pace)
        super().__init__(market, step.now, step.policy, [])
        self.advanced_ms = step.advanced_ms
        self.tried: tuple[Assignment, Asking] | None = None

    def _take_up(self, result: Assignment, slots: I64, asked: Asked) -> None:
        self.tried = (result, self.asking)


def moment_before(step: MarketStep, order_id: str) -> Moment | None:
    """What the step is about to match, if ``order_id`` is among it: a copy, which what comes later does not change."""
    if order_id not in step.market.pending:
        return None
    trial = _Trial(step)
    trial._match()
    if trial.tried is None:
        return None
    result, asking = trial.tried
    names = step.market.pending.ids
    place = {names[slot]: route for slot, route in zip(asking.slots.tolist(), asking.plan.of.tolist(), strict=True)}
    if order_id not in place:
        return None
    arrays = {name: array.copy() for name, array in step.market.arrays().items()}
    market = Market.of(step.market.facts(), arrays, step.policy)
    leads = [names[slot] for slot in asking.leads.tolist()]
    return Moment(market, asking.asked, asking.free, leads, place, step.market.pace.clock, step.policy, result)
