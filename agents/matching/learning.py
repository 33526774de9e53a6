"""What a market learns in one step: moves, ends of orders, pay and answers in; travel times, incomes, chances and future value changed.

What came in the step is gathered first and then learnt at once, so that each model takes columns, in the order of the records.
"""

from __future__ import annotations

import numpy as np

from agents.matching.drivers import OFFLINE, Moved
from agents.matching.fairness import inequality
from agents.matching.future import Rides
from agents.matching.market import Market
from agents.matching.orders import Asked, Ride
from agents.matching.policy import Policy
from agents.matching.reading import Rows
from agents.matching.shown import ShownFairness
from agents.matching.tables import fairness_rows, incomes
from agents.matching.travel_legs import restart
from columns.table import F64, I64


class Learning:
    """One step's lessons for one market."""

    def __init__(self, market: Market, policy: Policy) -> None:
        self.market, self.policy = market, policy
        self._answers: list[tuple[int, float, bool]] = []  # driver row, expected time to the pickup in s, accepted
        self._ended: list[tuple[int, int]] = []  # driver row, event time
        self._earned: list[tuple[int, int, int]] = []  # driver row, cents, event time
        self._picked_up: list[int] = []

    @property
    def gap_ms(self) -> int:
        """Of travel_legs.follow."""
        return int(self.policy.travel.gap_s * 1000)

    def grow(self) -> None:
        """There may be new drivers."""
        self.market.ledger.extend(len(self.market.drivers) - len(self.market.ledger))

    def moved(self, moved: Moved, moves: Rows) -> None:
        """Drivers were heard of."""
        if len(moved.drives):
            self.market.travel.learn(moved.drives)
        online = moves["status"][moved.kept] != OFFLINE
        self.market.ledger.moved(moved.rows, moves["ts"][moved.kept], online, self.policy.fairness)

    def picked_up(self, ride: Ride) -> None:
        """A rider has got in."""
        self._picked_up.append(ride.row)
        self.answered(ride, True)

    def answered(self, ride: Ride, accepted: bool) -> None:
        """By what it did, the driver of a live order has accepted it, or given it back; said once."""
        if not ride.answered:
            self.answer(ride.row, ride.eta_ms / 1000.0, accepted)

    def answer(self, row: int, eta_s: float, accepted: bool) -> None:
        """A driver has accepted or refused."""
        self._answers.append((row, eta_s, accepted))

    def earned(self, ride: Ride, ts: int) -> None:
        """An order was completed."""
        self._earned.append((ride.row, ride.pay_cents, ts))

    def over(self, row: int, ts: int) -> None:
        """The driver's last live order was over at ``ts`` ms."""
        self._ended.append((row, ts))

    def expired(self, row: int) -> None:
        """Nobody said when the driver's last live order was over."""
        self.market.ledger.expired(np.array([row]))

    def settle(self) -> None:
        """Learn what was gathered."""
        market, policy = self.market, self.policy
        market.ledger.advance(market.pace.clock)
        if self._picked_up:
            restart(market.drivers.columns, np.unique(np.array(self._picked_up)))
        if self._ended:
            ended = np.array(self._ended)
            market.ledger.ended(ended[:, 0], ended[:, 1], policy.fairness)
        if self._earned:
            earned = np.array(self._earned)
            market.ledger.earn(earned[:, 0], earned[:, 1], earned[:, 2])
        if self._answers:
            rows, eta_s, said = (np.array(column) for column in zip(*self._answers, strict=True))
            market.acceptance.learn(market.drivers.columns, rows, eta_s, said, policy.acceptance)
            market.counts.accepted += int(np.count_nonzero(said))
            market.counts.declined += int(np.count_nonzero(~said))

    def took(self, rows: I64, orders: Asked, eta_s: F64) -> None:
        """Drivers, each once or for one bundle, have taken these orders."""
        market, policy = self.market, self.policy
        market.ledger.took(rows)
        if policy.future.on:
            travel, clock = market.travel, market.pace.clock
            here, there = travel.slowness(orders["lat"], orders["lon"], clock), travel.slowness(orders["to_lat"], orders["to_lon"], clock)
            busy_s = eta_s + travel.drive_s(orders["trip_m"].copy(), here, there)
            columns = market.drivers.columns
            ride = orders.rides(clock, busy_s)
            market.future.matched(
                Rides(columns["lat"][rows], columns["lon"][rows], ride.to_lat, ride.to_lon, ride.ts, ride.busy_s, ride.pay_cents),
                policy.future,
            )

    def stand(self) -> ShownFairness | None:
        """Look, now and then, at how the drivers' incomes stand and where the idle ones are. → rows of the fairness table"""
        market, policy, clock = self.market, self.policy, self.market.pace.clock
        columns = market.drivers.columns
        if policy.future.on and market.future.due(clock, policy.future):
            idle = market.drivers.eligible(clock, policy)
            market.future.turn(clock, idle, columns["lat"][idle], columns["lon"][idle], policy.future)
        if not _look_due(market, clock, policy):
            return None
        market.pace.stood_at = clock
        standing = market.ledger.standing(policy.fairness)
        columns["fairness"][:], columns["boost_ms"][:] = standing.factor, standing.boost_ms
        market.incomes = incomes(inequality(policy.fairness.window_h, standing.cents, standing.active_ms))
        rows = market.ledger.due(standing)
        market.ledger.show(rows, standing)
        return fairness_rows(market, rows, standing) if len(rows) else None


def learning_due(market: Market, clock: int, policy: Policy) -> bool:
    """Whether ``Learning.stand`` would look at anything at ``clock`` ms."""
    return _look_due(market, clock, policy) or (policy.future.on and market.future.due(clock, policy.future))


def _look_due(market: Market, clock: int, policy: Policy) -> bool:
    return clock - market.pace.stood_at >= policy.standing_every_ms and len(market.drivers) > 0
