"""One market's part of a step: its valid rows in; its decisions and table rows, and its state changed, out.

In this order: the clock, profiles, moves, new orders, changes of orders, what has ended by the clock, matching, tables.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.matching.columns import I64, Mask
from agents.matching.decided import decided_matches, decided_without
from agents.matching.market import Market
from agents.matching.match import Assignment, match
from agents.matching.orders import CANCELLED, ENDED_BY, LATE, NO_DRIVER, PICKED_UP, Asked
from agents.matching.outputs import Decided, ShownDrivers
from agents.matching.policy import Policy
from agents.matching.reading import Rejection, Rows
from agents.matching.tables import FREE, due_rows, market_facts, row_due, shown_drivers

FORGET_EVERY_MS = 3_600_000


class MarketStep:
    """The work of one step on one market; ``run`` does it, ``decided``, ``shown`` and ``row`` are what came of it."""

    def __init__(self, market: Market, now: int, policy: Policy, rejected: list[Rejection]) -> None:
        self.market, self.now, self.policy, self.rejected = market, now, policy, rejected
        self.decided: list[Decided] = []
        self.shown: ShownDrivers | None = None
        self.row: tuple[object, ...] | None = None
        self.touched: list[I64] = []  # rows of drivers whose table row may have changed
        self.ending: dict[int, int] = {}  # slot of a pending order → the reason it ends by
        self.first_new = 0  # the number of the step's first new order
        self.advanced_ms = 0  # by how much the step moved the clock: orders are not held while a backlog is caught up

    def run(self, given: Mapping[str, Rows], before: int) -> None:
        """Take the rows by topic; ``before`` is the now of the task's last step, ms, or 0."""
        self._move_clock(given, before)
        self.first_new = self.market.counts.orders + 1
        for topic, take in (
            ("driver-profiles", self._take_profiles),
            ("driver-moves", self._take_moves),
            ("orders", self._take_orders),
            ("order-changes", self._take_changes),
        ):
            if topic in given:
                take(given[topic])
        self._expire()
        self._end()
        self._match()
        self._show()
        pace, pace.stepped_now = self.market.pace, self.now
        pace.asleep = self._quiet()

    def _quiet(self) -> bool:
        """Whether nothing can happen here any more until records come."""
        market, pace = self.market, self.market.pace
        if len(market.pending) or len(market.live) or bool(market.drivers.columns["moved"].any()):
            return False
        facts = market_facts(market, pace.clock, self.policy)
        return facts == pace.shown and facts[FREE] == 0

    def _move_clock(self, given: Mapping[str, Rows], before: int) -> None:
        """The latest event time; where no records come, now's own pace since the last step, and in all steps that passed it by."""
        pace = self.market.pace
        started = pace.clock
        if pace.stepped_now:
            pace.clock += before - pace.stepped_now
        elapsed = self.now - before if pace.stepped_now else 0
        if given:
            pace.record_clock = max(pace.record_clock, *(int(rows["ts"].max()) for rows in given.values()))
            pace.clock = max(pace.clock, pace.record_clock)
        else:
            pace.clock += elapsed
        self.advanced_ms = pace.clock - started

    def _take_profiles(self, profiles: Rows) -> None:
        self._took("driver-profiles", profiles, *self.market.drivers.apply_profiles(profiles, self.market.pace.clock))

    def _take_moves(self, moves: Rows) -> None:
        self._took("driver-moves", moves, *self.market.drivers.apply_moves(moves, self.market.pace.clock))

    def _took(self, topic: str, given: Rows, rows: I64, late: Mask) -> None:
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
        new = market.seen.add(names, clock)
        for i, name in enumerate(names):
            if not new[i] or name in market.pending or name in market.live.orders:
                new[i] = False
                message = f"order {name} came before; its first record is the one decided on"
                self.rejected.append(Rejection("orders", int(given.offsets[i]), "DuplicateOrder", message, True))
        orders = given if new.all() else given.take(np.flatnonzero(new))
        first = len(market.pending)
        market.pending.add(orders, self.first_new)
        market.counts.orders += len(orders)
        for i in np.flatnonzero(clock - orders["ts"] > orders["patience_ms"]).tolist():
            self.ending[first + i] = LATE
        if market.early.changes:
            for slot in range(first, len(market.pending)):
                change = market.early.take(market.pending.ids[slot], clock, self.policy)
                if change is not None:
                    self.ending.setdefault(slot, ENDED_BY[change])

    def _take_changes(self, changes: Rows) -> None:
        market = self.market
        for name, change in zip(changes.ids.to_list(), changes["change"].tolist(), strict=True):
            if name in market.pending:
                self.ending.setdefault(market.pending.slot(name), ENDED_BY[change])
            elif name in market.live.orders:
                if change != PICKED_UP:
                    self._free(market.live.orders.pop(name)[0])
            elif name not in market.seen:
                market.early.remember(name, change, market.pace.clock, self.policy)

    def _free(self, row: int) -> None:
        self.market.drivers.free(row)
        self.touched.append(np.array([row]))
        self.market.pace.drivers_changed = True

    def _expire(self) -> None:
        market, policy, clock = self.market, self.policy, self.market.pace.clock
        for slot in market.pending.out_of_patience(clock).tolist():
            self.ending.setdefault(slot, NO_DRIVER)
        for _, row in market.live.expired(clock, policy):
            self._free(row)
        market.early.forget(clock, policy)

    def _end(self) -> None:
        """Orders that end without a driver."""
        if not self.ending:
            return
        market = self.market
        slots = np.array(sorted(self.ending), np.int64)
        reasons = np.array([self.ending[slot] for slot in slots.tolist()], np.uint8)
        self.decided.append(decided_without(market, slots, reasons, self.policy))
        market.counts.unmatched += len(slots)
        market.counts.cancelled += int(np.count_nonzero(reasons == CANCELLED))
        market.pending.drop(slots)

    def _match(self) -> None:
        """Orders not tried yet, and, when drivers have changed, those that found nobody; not before ``match_at``."""
        market, pace, policy = self.market, self.market.pace, self.policy
        numbers = market.pending["number"]
        first = 0 if pace.drivers_changed and pace.clock >= pace.match_at else int(np.searchsorted(numbers, pace.tried, "right"))
        slots = np.arange(first, len(numbers))
        if len(slots) == 0:
            return
        free = market.drivers.eligible(pace.clock, policy)
        held_ms = window_ms(len(free), len(numbers), policy)
        if pace.clock < pace.match_at and held_ms and self.advanced_ms <= policy.window_ms and not _leaving(market, pace.clock, policy):
            return
        pace.match_at, pace.tried = pace.clock + max(held_ms, policy.retry_ms), int(numbers[-1])
        if first == 0:
            pace.drivers_changed = False
        asked = market.pending.asked(slots)
        result = match(market.drivers, asked, pace.clock, policy, free)
        market.pending.columns["ranked"][slots] = result.ranked
        market.pending.columns["guard"][slots] = result.guard
        self._take_up(result, slots, asked)

    def _take_up(self, result: Assignment, slots: I64, asked: Asked) -> None:
        """What was matched among the pending orders at ``slots`` is decided."""
        market, pace, policy = self.market, self.market.pace, self.policy
        done = np.flatnonzero(result.chosen >= 0)
        if len(done) == 0:
            return
        pair = result.chosen[done]
        names, rows = [market.pending.ids[slot] for slot in slots[done].tolist()], result.pairs.driver[pair]
        self.decided.append(decided_matches(market, result, slots[done], policy))
        market.drivers.assign(rows, asked["number"][done], names, pace.clock, policy)
        market.live.add(names, rows, pace.clock)
        market.counts.matched += len(done)
        market.counts.eta_s += float(result.pairs.eta_s[pair].sum())
        market.counts.distance_m += float(result.pairs.distance_m[pair].sum())
        market.pending.drop(slots[done])
        self.touched.append(rows)

    def _show(self) -> None:
        """Rows of the tables: drivers whose status or order changed or whose position is due, and the market."""
        market, pace, policy = self.market, self.market.pace, self.policy
        moved = due_rows(market, self.now, policy)
        if self.touched or len(moved):
            touched = np.concatenate([np.zeros(0, np.int64), *self.touched])
            self.shown = shown_drivers(market, touched, moved)
        if self.now - pace.shown_now >= policy.market_every_ms:
            self._show_market()
        if pace.clock - pace.forgot_at >= FORGET_EVERY_MS:
            pace.forgot_at = pace.clock
            gone = market.drivers.forget(pace.clock, policy)
            if gone is not None:
                market.live.renumber(gone)

    def _show_market(self) -> None:
        market, pace, counts = self.market, self.market.pace, self.market.counts
        record_clock, *facts = market_facts(market, pace.clock, self.policy)
        if [record_clock, *facts] == pace.shown:
            return
        pace.shown, pace.shown_now = [record_clock, *facts], self.now
        means = (counts.eta_s / counts.matched, counts.distance_m / counts.matched) if counts.matched else (None, None)
        self.row = (market.name, pace.clock, *facts, *means, self.now)


def window_ms(free: int, waiting: int, policy: Policy) -> int:
    """How long orders are held so that more of them are assigned together: 0 where drivers are plenty, the longest where they are few."""
    ratio = free / waiting
    share = (policy.plenty - ratio) / (policy.plenty - 1.0)
    return round(policy.window_ms * min(1.0, max(0.0, share)))


def _leaving(market: Market, clock: int, policy: Policy) -> bool:
    """Whether an order may run out of patience before the window has closed."""
    return clock + policy.window_ms > market.pending.first_to_leave()


def due(market: Market, now: int, policy: Policy) -> bool:
    """Whether a step without records at ``now`` ms could end an order, match one, or write a table row."""
    pace, pending = market.pace, market.pending
    if pace.asleep:
        return False
    clock = pace.clock + max(0, now - pace.stepped_now)
    open_question = len(pending) > 0 and (pace.drivers_changed or int(pending["number"][-1]) > pace.tried)
    if open_question and (clock >= pace.match_at or _leaving(market, clock, policy)):
        return True
    return len(pending.out_of_patience(clock)) > 0 or market.live.overdue(clock, policy) or row_due(market, clock, now, policy)
