"""The closed loop: a world and a policy in; what became of its riders and drivers under the agent's own decisions out.

Time goes in ticks. In each, what happens to drivers and riders becomes events with their exact times, the agent steps once over them,
and its offers and decisions set drivers in motion. A chance event is a draw by its name (see `draws`), so policies differ only by what
they decide. Orders are named ``o0``, ``o1``, … by their rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from agents.matching.fairness import boost_ms, relative_of
from agents.matching.policy import DEFAULT, FACTORS, Policy
from agents.matching.score import own_cost_ms
from columns.table import I64
from ops.evaluate.agent_loop import AgentLoop, columns
from ops.evaluate.drivers import ANSWERING, IDLE, OFF, ON_TRIP, SILENT, TO_PICKUP, YES, Drivers
from ops.evaluate.riders import CANCELLED, COMPLETED, RIDING, UNMATCHED, Riders
from ops.evaluate.world import NEVER, Scenario

Change = tuple[int, str, str]  # (ms, order id, what) of an order-changes record
Answer = tuple[int, str, str, str]  # (ms, driver id, order id, answer) of a driver-answers record


@dataclass(slots=True)
class Hours:
    """Milliseconds of the measured window, by driver: online, and with an order."""

    online_ms: I64
    busy_ms: I64


@dataclass(slots=True)
class ClosedLoop:
    """One simulation; ``run`` it once, then read ``riders``, ``drivers`` and ``hours``."""

    world: Scenario
    policy: Policy
    agent: AgentLoop = field(init=False)
    riders: Riders = field(init=False)
    drivers: Drivers = field(init=False)
    hours: Hours = field(init=False)
    unfit: int = 0  # offers and matches that could not be: the driver was not idle, or the order was over
    _rows: dict[str, int] = field(init=False)
    _changes: list[Change] = field(default_factory=list)
    _answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        n = len(self.world.supply)
        self.agent = AgentLoop(self.policy)
        self.riders, self.drivers = Riders(self.world.demand), Drivers(self.world)
        self.hours = Hours(np.zeros(n, np.int64), np.zeros(n, np.int64))
        self._rows = dict(zip(self.world.supply.ids, range(n), strict=True))

    def run(self) -> ClosedLoop:
        """Let all the time of the setting pass."""
        setting = self.world.setting
        self.agent.send("driver-profiles", self.world.supply.profiles)
        for now in range(setting.start_ms + setting.tick_ms, setting.end_ms + 1, setting.tick_ms):
            self.tick(now)
        return self

    def tick(self, now: int) -> None:
        """Let the time come to ``now`` ms."""
        self.drivers.change_shifts(now)
        while len(due := np.flatnonzero(self.drivers.next_ms <= now)):
            self._happen(due)
        if len(left := self.riders.leaving(now)):
            self._change(left, "CANCELLED_BY_RIDER", self.riders.done_ms[left])
        self.agent.send("driver-moves", self.drivers.moves(now))
        self.agent.send("orders", self.riders.asking(now))
        self.agent.send("order-changes", self._take_changes())
        self.agent.send("driver-answers", self._take_answers())
        decisions = self.agent.step(now)
        if decisions is not None:
            self._hear(decisions, now)
        self.drivers.free(*self.drivers.left_waiting(now))
        if self.agent.offers is not None:
            self._ask(self.agent.offers, now)
        self._count(now)

    def _happen(self, due: I64) -> None:
        """The next thing happens to each of these drivers."""
        drivers = self.drivers
        at, mode, deserted = drivers.next_ms[due].copy(), drivers.mode[due].copy(), drivers.deserted[due].copy()
        for met, follows in (
            (mode == ANSWERING, self._answer),
            ((mode == TO_PICKUP) & ~deserted, self._pick_up),
            (deserted, self._miss),
            (mode == ON_TRIP, self._complete),
        ):
            if met.any():
                follows(due[met], at[met])
        drivers.roam(due[mode == IDLE])

    def _answer(self, rows: I64, at: I64) -> None:
        """Drivers say yes and wait for their orders, or refuse: they say no, or let the time run out."""
        drivers = self.drivers
        orders, answers = drivers.order[rows], drivers.answers[rows]
        said = answers != SILENT
        for row, order, ms, answer in zip(rows[said], orders[said], at[said].tolist(), answers[said].tolist(), strict=True):
            self._answers.append((ms, drivers.ids[row], f"o{order}", "ACCEPTED" if answer == YES else "DECLINED"))
        np.add.at(self.riders.refusals, orders[answers != YES], 1)
        drivers.next_ms[rows[answers == YES]] = NEVER
        drivers.free(rows[answers != YES], at[answers != YES])

    def _pick_up(self, rows: I64, at: I64) -> None:
        orders = self.drivers.order[rows]
        self._change(orders, "PICKED_UP", at)
        self.riders.stage[orders], self.riders.pickup_ms[orders] = RIDING, at
        self.drivers.carry(rows, at)

    def _miss(self, rows: I64, at: I64) -> None:
        """Riders do not wait for their drivers any longer."""
        self._over(rows, at, CANCELLED, "CANCELLED_BY_RIDER")

    def _complete(self, rows: I64, at: I64) -> None:
        self._over(rows, at, COMPLETED, "COMPLETED")

    def _over(self, rows: I64, at: I64, stage: int, what: str) -> None:
        orders = self.drivers.order[rows]
        self._change(orders, what, at)
        self.riders.end(orders, stage, at)
        self.drivers.free(rows, at)

    def _ask(self, offers: pl.DataFrame, now: int) -> None:
        """Drivers are offered orders and begin to think about them."""
        for name, driver_id, expires in offers.select("order_id", "driver_id", "expires_ts").iter_rows():
            order, driver = int(name[1:]), self._rows[driver_id]
            if self.drivers.mode[driver] != IDLE or not self.riders.waits(order):
                self.unfit += 1
                continue
            self.drivers.think(driver, order, now, expires)

    def _hear(self, decisions: pl.DataFrame, now: int) -> None:
        """Decisions on the riders' orders: their drivers set off; riders without one go."""
        found: dict[int, int] = {}  # driver → order
        expected: list[list[float]] = []  # of each of them: the way, and what its driver lacks, s
        nobody: list[int] = []
        for name, driver_id, eta_s, factors in decisions.select("order_id", "driver_id", "eta_s", "factors").iter_rows():
            order, driver = int(name[1:]), -1 if driver_id is None else self._rows[driver_id]
            if driver < 0:
                nobody += [order] if self.riders.waits(order) else []
            elif self.riders.waits(order) and self.drivers.can_take(driver, order) and driver not in found:
                found[driver] = order
                expected.append([eta_s - self.policy.pickup_overhead_s, lack_s(factors)])
            else:
                self._cannot(order, now)
        self.riders.end(np.array(nobody, np.int64), UNMATCHED, now)
        if found:
            rows, orders = np.array(list(found), np.int64), np.array(list(found.values()), np.int64)
            self.riders.expect(orders, rows, np.array(expected), now)
            self.drivers.fetch(rows, orders, now)

    def _cannot(self, order: int, now: int) -> None:
        """A match that nobody can carry out: its driver gives it back at once."""
        self.unfit += 1
        self._changes.append((now, f"o{order}", "CANCELLED_BY_DRIVER"))
        if self.riders.waits(order):
            self.riders.end(np.array([order]), UNMATCHED, now)

    def _change(self, orders: I64, what: str, at: I64) -> None:
        self._changes += [(ms, f"o{order}", what) for ms, order in zip(at.tolist(), orders.tolist(), strict=True)]

    def _take_changes(self) -> pl.DataFrame:
        if not self._changes:
            return pl.DataFrame()
        (ts, ids, what), self._changes = zip(*sorted(self._changes), strict=True), []
        return pl.DataFrame({"order_id": ids, "market": [self.world.market] * len(ids), "ts": ts, "change": what}, columns("order-changes"))

    def _take_answers(self) -> pl.DataFrame:
        if not self._answers:
            return pl.DataFrame()
        (ts, drivers, orders, answers), self._answers = zip(*sorted(self._answers), strict=True), []
        market = [self.world.market] * len(ts)
        told = {"driver_id": drivers, "market": market, "order_id": orders, "ts": ts, "answer": answers}
        return pl.DataFrame(told, columns("driver-answers"))

    def _count(self, now: int) -> None:
        first, last = self.world.setting.window
        if first < now <= last:
            tick_ms = self.world.setting.tick_ms
            self.hours.online_ms[self.drivers.mode != OFF] += tick_ms
            self.hours.busy_ms[self.drivers.mode > IDLE] += tick_ms


def lack_s(factors: list[dict[str, Any]]) -> float:
    """What a decision's factors other than the ETA add to the cost that the agent makes least, by the default policy: seconds.

    The boost is that of the driver's standing, which the fairness factor tells: the same yardstick for policies with another boost or none.
    """
    values = np.array([[factor["value"]] for factor in factors])
    quality_ms = own_cost_ms(np.zeros(1), values, DEFAULT)
    relative = relative_of(values[FACTORS.index("fairness")], DEFAULT.fairness)
    return float((quality_ms + boost_ms(relative, DEFAULT.fairness))[0]) / 1000
