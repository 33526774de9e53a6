"""One market's records of a step in; its drivers, orders and offers changed, and what ends by them, out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.matching.advice import advice, advised
from agents.matching.learning import Learning
from agents.matching.market import Market
from agents.matching.orders import CANCELLED_BY_DRIVER, COMPLETED, ENDED_BY, LATE, NO_DRIVER, PICKED_UP
from agents.matching.policy import Policy
from agents.matching.reading import Rows
from agents.matching.shown import ShownAdvice
from columns.records import Rejection
from columns.table import I64, Mask

ACCEPTED = 0  # position in policy.ANSWERS


class Intake:
    """What comes into a market in one step: ``take`` the records, then let ``expire`` what the clock ends.

    ``ending``: slot of a pending order → the reason it ends by; ``accepted``: slots of those whose drivers have accepted; ``touched``: rows
    of drivers whose table row may have changed.
    """

    def __init__(self, market: Market, policy: Policy, learning: Learning, rejected: list[Rejection]) -> None:
        self.market, self.policy, self.learning, self.rejected = market, policy, learning, rejected
        self.advice: ShownAdvice | None = None
        self.touched: list[I64] = []
        self.ending: dict[int, int] = {}
        self.accepted: list[int] = []
        self.first_new = market.counts.orders + 1  # the number of the step's first new order

    def take(self, given: Mapping[str, Rows]) -> None:
        """Take the rows by topic."""
        for topic, take in (
            ("driver-profiles", self._take_profiles),
            ("driver-flags", self._take_flags),
            ("driver-moves", self._take_moves),
            ("orders", self._take_orders),
            ("order-changes", self._take_changes),
            ("driver-answers", self._take_answers),
        ):
            if topic in given:
                take(given[topic])

    def _take_profiles(self, profiles: Rows) -> None:
        rows, at, late = self.market.drivers.apply_profiles(profiles, self.market.pace.clock)
        self._took("driver-profiles", profiles, rows, late)
        bits, told = advised(profiles, at), self.market.drivers.columns["advice"]
        changed = np.flatnonzero(bits != told[rows])
        if len(changed):
            told[rows[changed]] = bits[changed]
            places = at[changed].tolist()
            each = [advice(profiles, place, int(bit)) for place, bit in zip(places, bits[changed].tolist(), strict=True)]
            ids = [self.market.drivers.ids[row] for row in rows[changed].tolist()]
            self.advice = ShownAdvice(self.market.name, ids, profiles["ts"][at[changed]].tolist(), each)

    def _take_flags(self, flags: Rows) -> None:
        """A complaint makes a driver not eligible until it, and all others, are settled; said twice is said once."""
        market = self.market
        rows = market.drivers.rows(flags.ids.to_list())
        self.learning.grow()
        said = (flags.ids.to_list(), flags["conversation_id"].tolist(), flags["cleared"].tolist())
        for driver, conversation, cleared in zip(*said, strict=True):
            told = market.flags.setdefault(driver, [])
            if cleared and conversation in told:
                told.remove(conversation)
            elif not cleared and conversation not in told:
                told.append(conversation)
            if not told:
                del market.flags[driver]
        market.drivers.columns["flags"][rows] = [min(255, len(market.flags.get(name, ()))) for name in flags.ids.to_list()]
        market.pace.drivers_changed = True

    def _take_moves(self, moves: Rows) -> None:
        moved = self.market.drivers.apply_moves(moves, self.market.pace.clock, self.learning.gap_ms)
        self._took("driver-moves", moves, moved.changed, moved.late)
        self.learning.moved(moved, moves)

    def _took(self, topic: str, given: Rows, rows: I64, late: Mask) -> None:
        self.learning.grow()
        for i in np.flatnonzero(late).tolist():
            message = f"driver {given.ids[i]} had a newer record than ts {given['ts'][i]} before this one"
            self.rejected.append(Rejection(topic, int(given.offsets[i]), "OutOfOrder", message, True))
        if len(rows):
            self.touched.append(rows)
            self.market.pace.drivers_changed = True

    def _take_orders(self, given: Rows) -> None:
        market, clock = self.market, self.market.pace.clock
        names = given.ids.to_list()
        market.seen.forget(clock, int(self.policy.seen_ttl_s * 1000))
        pending, live = market.pending.index, market.live.orders
        new = market.seen.add(names, clock) & ~np.array([name in pending or name in live for name in names], np.bool_)
        for i in np.flatnonzero(~new).tolist():
            message = f"order {names[i]} came before; its first record is the one decided on"
            self.rejected.append(Rejection("orders", int(given.offsets[i]), "DuplicateOrder", message, True))
        orders = given if new.all() else given.take(np.flatnonzero(new))
        first = len(market.pending)
        market.pending.add(orders, self.first_new)
        market.counts.orders += len(orders)
        for i in np.flatnonzero(orders["until"] < clock).tolist():
            self.ending[first + i] = LATE
        if market.early.changes:
            for slot in range(first, len(market.pending)):
                change = market.early.take(market.pending.ids[slot], clock, self.policy)
                if change is not None:
                    self.ending.setdefault(slot, ENDED_BY[change])

    def _take_changes(self, changes: Rows) -> None:
        market = self.market
        for name, change, ts in zip(changes.ids.to_list(), changes["change"].tolist(), changes["ts"].tolist(), strict=True):
            if name in market.pending:
                self.ending.setdefault(market.pending.slot(name), ENDED_BY[change])
            elif name in market.live.orders:
                self._change(name, change, ts)
            elif name not in market.seen:
                market.early.remember(name, change, market.pace.clock, self.policy)

    def _change(self, name: str, change: int, ts: int) -> None:
        """What a live order's record says of it and of its driver."""
        orders = self.market.live.orders
        ride = orders[name]
        if change == PICKED_UP:
            self.learning.picked_up(ride)
            orders[name] = ride._replace(answered=1)
            return
        del orders[name]
        if change in (COMPLETED, CANCELLED_BY_DRIVER):
            self.learning.answered(ride, change == COMPLETED)
        if change == COMPLETED:
            self.learning.earned(ride, ts)
        if self.free(ride.row):
            self.learning.over(ride.row, ts)

    def _take_answers(self, answers: Rows) -> None:
        """ACCEPTED or DECLINED by the driver asked, in time; other answers answer nothing."""
        market, pending = self.market, self.market.pending
        columns = (answers.ids.to_list(), answers["order_id"].tolist(), answers["answer"].tolist(), answers["ts"].tolist())
        for i, (driver, name, answer, ts) in enumerate(zip(*columns, strict=True)):
            slot = pending.slot(name) if name in pending else -1
            row = market.drivers.index.get(driver, -1)
            due = slot >= 0 and row >= 0 and pending["offered"][slot] == row + 1 and ts <= pending["expires"][slot]
            if not due or slot in self.ending or slot in self.accepted:
                message = f"order {name} is not offered to driver {driver} any more, or was not, at ts {ts}"
                self.rejected.append(Rejection("driver-answers", int(answers.offsets[i]), "StaleAnswer", message, True))
            elif answer == ACCEPTED:
                self.accepted.append(slot)
                self.learning.answer(row, float(pending["eta_s"][slot]), True)
            else:
                self._refuse(slot)

    def _refuse(self, slot: int) -> None:
        """The driver asked will not serve the order: it is free again, and the order looks for another."""
        pending = self.market.pending
        row = int(pending["offered"][slot]) - 1
        self.learning.answer(row, float(pending["eta_s"][slot]), False)
        self.market.refusals.add(int(pending["number"][slot]), row)
        pending["offered"][slot], pending["tried"][slot] = 0, False
        self.free(row)

    def free(self, row: int) -> bool:
        """The driver is rid of one order. → whether it was its last"""
        drivers = self.market.drivers
        idle = drivers.free(row)
        others = (name for name, ride in self.market.live.orders.items() if ride.row == row)
        if not idle and (other := next(others, None)) is not None:
            drivers.orders[row] = other
        self.touched.append(np.array([row]))
        self.market.pace.drivers_changed = True
        return idle

    def expire(self) -> None:
        """What has ended by the clock: offers, patience, orders whose completion never came."""
        market, policy, clock = self.market, self.policy, self.market.pace.clock
        pending = market.pending
        unanswered = (pending["offered"] > 0) & (pending["expires"] < clock)
        for slot in np.flatnonzero(unanswered).tolist():
            if slot not in self.accepted and slot not in self.ending:
                self._refuse(slot)
        for slot in pending.out_of_patience(clock).tolist():
            self.ending.setdefault(slot, NO_DRIVER)
        for ride in market.live.expired(clock, policy):
            if self.free(ride.row):
                self.learning.expired(ride.row)
        market.early.forget(clock, policy)
