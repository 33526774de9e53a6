"""One market's part of a step: its valid rows in; its decisions, offers and table rows, and its state changed, out.

In this order: the clock, profiles, moves, new orders, changes of orders, answers to offers, what has ended by the clock, matching, tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from agents.matching.asking import Asking, gather, hold
from agents.matching.courier import after_ms
from agents.matching.decided import TAKEN, cheaper_taken, considered, decided_matches, decided_without, found, offered
from agents.matching.intake import Intake
from agents.matching.learning import Learning, learning_due
from agents.matching.market import Market
from agents.matching.match import Assignment, alternatives, match
from agents.matching.offers import OFFERED
from agents.matching.orders import CANCELLED, Asked
from agents.matching.outputs import Decided, Offered
from agents.matching.policy import Policy
from agents.matching.reading import Rows
from agents.matching.shown import MarketRow, ShownDrivers, ShownFairness
from agents.matching.tables import due_rows, market_facts, row_due, shown_drivers
from columns.records import Rejection
from columns.table import I64, Array

FORGET_EVERY_MS = 3_600_000
Watch = Callable[["MarketStep"], None]


class MarketStep:
    """The work of one step on one market; ``run`` does it, and the lists and rows are what came of it."""

    def __init__(self, market: Market, now: int, policy: Policy, rejected: list[Rejection], watch: Watch | None = None) -> None:
        self.market, self.now, self.policy, self.watch = market, now, policy, watch
        self.decided: list[Decided] = []
        self.offered: list[Offered] = []
        self.shown: ShownDrivers | None = None
        self.fairness: ShownFairness | None = None
        self.row: MarketRow | None = None
        self.learning = Learning(market, policy)
        self.intake = Intake(market, policy, self.learning, rejected)
        self.asking: Asking  # what was matched
        self.advanced_ms = 0  # by how much the step moved the clock: orders are not held while a backlog is caught up

    def run(self, given: Mapping[str, Rows], before: int) -> None:
        """Take the rows by topic; ``before`` is the now of the task's last step, ms, or 0."""
        self._move_clock(given, before)
        self.intake.take(given)
        self.intake.expire()
        self.learning.settle()
        self._end()
        self.fairness = self.learning.stand()
        if self.watch is not None:
            self.watch(self)
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
        return facts == pace.shown and facts["available"] == 0

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

    def _end(self) -> None:
        """Orders whose drivers have accepted, and orders that end without one."""
        market, pending = self.market, self.market.pending
        accepted, ended = (np.array(sorted(slots), np.int64) for slots in (self.intake.accepted, self.intake.ending))
        if len(accepted):
            why = {name: pending[name][accepted] for name in OFFERED}
            after = after_ms(pending["service"][accepted], pending["trip_m"][accepted], self.policy.courier, market.travel.usual_s)
            self._serve(accepted, pending["offered"][accepted] - 1, why, after)
        if len(ended):
            for row in (pending["offered"][ended] - 1).tolist():
                if row >= 0:
                    self.intake.free(row)
            reasons = np.array([self.intake.ending[slot] for slot in ended.tolist()], np.uint8)
            self.decided.append(decided_without(market, ended, reasons, self.policy))
            market.counts.unmatched += len(ended)
            market.counts.cancelled += int(np.count_nonzero(reasons == CANCELLED))
        self._drop(np.concatenate((accepted, ended)))

    def _drop(self, slots: I64) -> None:
        if len(slots):
            self.market.pending.drop(slots)
            if len(self.market.refusals):
                self.market.refusals.keep(self.market.pending["number"])

    def _match(self) -> None:
        """Orders not tried yet, and, when drivers have changed, those that found nobody; not before ``match_at``."""
        market, pace, policy = self.market, self.market.pace, self.policy
        opened = market.pending.open(pace.clock)
        again = pace.drivers_changed and pace.clock >= pace.match_at
        slots = np.flatnonzero(opened if again else opened & ~market.pending["tried"])
        if len(slots) == 0:
            return
        free = market.drivers.eligible(pace.clock, policy)
        held_ms = window_ms(len(free), int(np.count_nonzero(opened)), policy)
        if pace.clock < pace.match_at and held_ms and self.advanced_ms <= policy.window_ms and not _leaving(market, pace.clock, policy):
            return
        pace.match_at = pace.clock + max(held_ms, policy.retry_ms)
        if again:
            pace.drivers_changed = False
        self.asking = asking = gather(market, slots, free, pace.clock, policy)
        result = match(market, asking.asked, pace.clock, policy, asking.free)
        route = asking.plan.of
        for name, values in (("tried", True), ("ranked", result.ranked[route]), ("guard", result.guard[route])):
            market.pending[name][asking.slots] = values
        hold(market, asking, result, pace.clock, policy)
        self._take_up(result, asking.leads, asking.asked)

    def _take_up(self, result: Assignment, slots: I64, asked: Asked) -> None:
        """What was matched of the routes asked, whose first orders are pending at ``slots``, is decided, or offered to the drivers."""
        market, policy = self.market, self.policy
        done = np.flatnonzero(result.chosen >= 0)
        if len(done) == 0:
            return
        driver, others = result.pairs.driver[result.chosen[done]], alternatives(result, max(1, policy.alternatives))
        to_offer = asked["offer_ms"][done] > 0
        at = np.flatnonzero(to_offer)
        if len(at):
            why = considered(result, others[at], market, policy.alternatives)
            self._offer(slots[done[at]], driver[at], found(result, done[at], market))
            self.offered.append(offered(market, slots[done[at]], driver[at], why))
        at = np.flatnonzero(~to_offer)
        if len(at):
            row, stop, order = self.asking.plan.expanded(done[at])
            each, served = at[row], self.asking.slots[order]
            self._serve(served, driver[each], found(result, done[each], market), self.asking.plan.after_ms[done[each]])
            for i in cheaper_taken(result, done[each], others[each]).tolist():
                self.decided[-1].guards[i].insert(0, TAKEN)
            self.decided[-1].alternatives = considered(result, others[each], market, policy.alternatives)
            self._bundled(slots[done[each]], stop, asked["many"][done[each]])
            self._drop(np.sort(served))

    def _bundled(self, lead: I64, stop: I64, many: I64) -> None:
        """The last decisions say which orders are one route: each one's first order is pending at ``lead`` (n,)."""
        if (many > 1).any():
            names = [self.market.pending.ids[slot] for slot in lead.tolist()]
            self.decided[-1].bundle_ids = [name if size > 1 else None for name, size in zip(names, many.tolist(), strict=True)]
            self.decided[-1].values["stop"] = stop

    def _offer(self, slots: I64, driver: I64, why: dict[str, Array]) -> None:
        market, pending = self.market, self.market.pending
        for name, values in why.items():
            pending[name][slots] = values
        pending["offered"][slots] = driver + 1
        pending["expires"][slots] = market.pace.clock + pending["offer_ms"][slots]
        pending["offers"][slots] += 1
        market.drivers.reserve(driver, pending["number"][slots], [pending.ids[slot] for slot in slots.tolist()])
        market.counts.offers += len(slots)
        self.intake.touched.append(driver)

    def _serve(self, slots: I64, driver: I64, why: dict[str, Array], after: I64) -> None:
        """These drivers take these orders, which are still pending, and are free again ``after`` ms (n,) from the pickup."""
        market, pending = self.market, self.market.pending
        self.decided.append(decided_matches(market, slots, driver, why, self.policy))
        names = [pending.ids[slot] for slot in slots.tolist()]
        market.drivers.assign(driver, pending["number"][slots], names)
        answered = (pending["offer_ms"][slots] > 0).astype(np.int64)
        market.live.add(names, driver, market.pace.clock, pending["pay_cents"][slots], why["eta_s"], answered)
        market.counts.matched += len(slots)
        market.counts.eta_s += float(why["eta_s"].sum())
        market.counts.distance_m += float(why["distance_m"].sum())
        pickup = np.maximum(pending["wanted"][slots], market.pace.clock + np.rint(1000.0 * why["eta_s"]).astype(np.int64))
        market.drivers.expect(driver, pickup + after, pending["to_lat"][slots], pending["to_lon"][slots])
        self.learning.took(driver, pending.asked(slots), why["eta_s"])
        self.intake.touched.append(driver)

    def _show(self) -> None:
        """Rows of the tables: drivers whose status or order changed or whose position is due, and the market."""
        market, pace, policy = self.market, self.market.pace, self.policy
        moved = due_rows(market, self.now, policy)
        if self.intake.touched or len(moved):
            touched = np.concatenate([np.zeros(0, np.int64), *self.intake.touched])
            self.shown = shown_drivers(market, touched, moved)
        if self.now - pace.shown_now >= policy.market_every_ms:
            self._show_market()
        if pace.clock - pace.forgot_at >= FORGET_EVERY_MS:
            pace.forgot_at = pace.clock
            gone = market.drivers.forget(pace.clock, policy)
            if gone is not None:
                market.renumber(gone)

    def _show_market(self) -> None:
        market, pace = self.market, self.market.pace
        facts = market_facts(market, pace.clock, self.policy)
        if facts != pace.shown:
            pace.shown, pace.shown_now = facts, self.now
            self.row = {"market": market.name} | facts | {"clock": pace.clock, "updated_at": self.now}


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
    if len(pending):
        opened = pending.open(clock)
        open_question = bool((opened if pace.drivers_changed else opened & ~pending["tried"]).any())
        if open_question and (clock >= pace.match_at or _leaving(market, clock, policy)):
            return True
        if bool(((pending["offered"] > 0) & (pending["expires"] < clock)).any()):
            return True
    if learning_due(market, clock, policy):
        return True
    return len(pending.out_of_patience(clock)) > 0 or market.live.overdue(clock, policy) or row_due(market, clock, now, policy)
