"""One market's part of a step: its valid rows in; decisions, pay, outcomes and table rows, and its state changed, out.

Records are taken second by second of event time, and within a second in the order of READERS, so an answer counts after a quote of its own
second. A record of an older second than the market's came late: it counts as of the beginning of the newest one, if it counts at all. What
a quote sees is what was known when its second began, and what outcomes teach is learnt when their second is over; so the same records give
the same decisions however they were cut into batches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from agents.pricing.cells import HOLDS
from agents.pricing.columns import Array
from agents.pricing.contexts import I64
from agents.pricing.figures import Row
from agents.pricing.market import SECOND_MS, Market
from agents.pricing.outputs import ANSWERS, REQUESTS, Closed, Paid
from agents.pricing.policy import ANSWERS as SAID
from agents.pricing.policy import SERVICES, Policy
from agents.pricing.pricing import Priced, price
from agents.pricing.publish import place, publish
from agents.pricing.quotes import ACCEPTED, EXPIRED, REJECTED
from agents.pricing.reading import READERS, Rows, hashes
from agents.pricing.settings import forgotten, of_market, said, told
from agents.pricing.tariff import pay_parts
from agents.pricing.watch import alarms
from agents.pricing.zones import names
from columns.earth import area
from columns.output import Column, Each, Same, Table, Where
from columns.records import Rejection

FORGET_MS = 3_600_000
HELD = [[name for i, name in enumerate(HOLDS) if bits >> i & 1] for bits in range(1 << len(HOLDS))]  # by bits of HOLDS


class MarketStep:
    """The work of one step on one market; ``run`` does it, and the lists are what came of it."""

    def __init__(self, market: Market, now: int, seed: int, policy: Policy, rejected: list[Rejection]) -> None:
        self.market, self.now, self.seed, self.policy, self.rejected = market, now, seed, policy, rejected
        self.priced: list[Priced] = []
        self.closed: list[Closed] = []
        self.paid: list[Paid] = []
        self.zones: list[Table] = []
        self.figures: list[Row] = []
        self.alerts: list[Row] = []
        self.recommended: list[Row] = []

    def run(self, given: Mapping[str, Rows]) -> None:
        """Take the rows by topic; without any, let time pass."""
        market = self.market
        if not given:
            clock = market.clock_at(self.now)
            self._begin(clock // SECOND_MS)
            market.clock = max(market.clock, clock)
            return
        clocks = {topic: np.maximum.accumulate(np.maximum(rows["ts"], market.clock)) for topic, rows in given.items()}
        seconds = {topic: each // SECOND_MS for topic, each in clocks.items()}
        at = {topic: np.maximum(rows["ts"], seconds[topic] * SECOND_MS) for topic, rows in given.items()}
        for second in np.unique(np.concatenate(list(seconds.values()))).tolist():
            self._begin(second)
            market.stirred = market.unshown = True
            for topic in READERS:
                if topic in given:
                    start, end = np.searchsorted(seconds[topic], [second, second + 1]).tolist()
                    if end > start:
                        self._take(topic, given[topic].take(slice(start, end)), at[topic][start:end])
            if market.cells.fresh:
                place(market, second * SECOND_MS, self.policy)
        market.clock = max(int(each[-1]) for each in clocks.values())
        market.latest, market.since = market.clock, self.now

    def _begin(self, second: int) -> None:
        """A second begins: the one before is over, what is over by the clock ends, and the market's state is published."""
        market, clock_ms = self.market, second * SECOND_MS
        if second <= market.second:
            return
        self._end()
        over = market.quotes.expired(clock_ms)
        market.second, market.stirred = second, len(over) > 0
        market.unshown |= market.stirred
        self._close(over, EXPIRED, clock_ms)
        found = [each.found for each in market.acceptance.drifts]
        market.acceptance.learn(clock_ms + market.ahead_ms)
        for service, each in enumerate(market.acceptance.drifts):
            if each.found > found[service]:
                market.drifted[service] = each.found, clock_ms
        market.quotes.move_on(clock_ms, self.policy.remembered_min)
        publish(market, clock_ms, self.policy)
        if clock_ms // FORGET_MS > market.forgot:
            market.forgot = clock_ms // FORGET_MS
            market.fleet.forget(clock_ms)
            market.cells.forget(clock_ms)
            market.recommendations.closed.forget(clock_ms)
            market.policies = forgotten(market.policies, clock_ms)
        if (showing := market.showing(clock_ms, self.policy.show_ms)) > market.shown:
            market.shown, market.unshown = showing, market.stirred
            self._show(clock_ms)
        if clock_ms // self.policy.recommend_ms > market.looked // self.policy.recommend_ms:
            if market.looked:
                elapsed = clock_ms - market.looked
                look = market.recommendations.look
                self.recommended += look(market.name, market.settings, elapsed, clock_ms, self.now, self.policy)
            market.looked = clock_ms

    def _end(self) -> None:
        """The newest second is over: its outcomes are learnt from, its last quotes are what the next are a step from."""
        market, cells = self.market, self.market.cells
        rows = market.quotes.to_learn()
        if len(rows):
            table = market.quotes.table
            accepted = table["status"][rows] == ACCEPTED
            ratios = np.log(table["price"][rows] / table["reference"][rows])
            at = np.full(len(rows), market.second * SECOND_MS + market.ahead_ms)
            market.acceptance.observe(market.quotes.contexts(rows), ratios, accepted, at)
            market.quotes.learnt(rows)
        cells["anchor"] = np.where(np.isnan(cells["latest"]), cells["anchor"], cells["latest"])
        cells["latest"] = np.full(cells["latest"].shape, np.nan)

    def _take(self, topic: str, rows: Rows, at: I64) -> None:
        market, policy, rejected = self.market, self.policy, self.rejected
        if topic == REQUESTS:
            priced = price(market, rows, at, self.seed, policy, rejected)
            self.priced += [priced] if priced is not None else []
        elif topic == ANSWERS:
            self._take_answers(rows, at)
        elif topic == "orders":
            self._take_orders(rows)
        elif topic == "driver-moves":
            self._take_moves(rows)
        elif topic == "driver-profiles":
            market.fleet.profile(rows["driver"], rows["ts"], rows["services"])
        elif topic == "driver-flags":
            market.flags.take(rows)
        elif topic == "overcharge-reports":
            market.overcharges.take(rows)
        elif topic == "competitor-prices":
            market.competitors.take(rows, policy)
        elif topic == "market-conditions":
            market.conditions.take(rows, policy, rejected)
        else:
            self._take_policies(rows)

    def _take_policies(self, rows: Rows) -> None:
        market = self.market
        market.policies = of_market(told(market.policies, rows), market.name)
        every = [said(rows, i) | {"name": name} for i, name in enumerate(rows["name"].tolist())]
        self.recommended += market.recommendations.apply(every, market.second * SECOND_MS, self.now)

    def _take_orders(self, orders: Rows) -> None:
        cells = self.market.cells
        zone = cells.rows(area(orders["lat"], orders["lon"], self.policy.zone_m), asked=True)
        late = cells.count("requests", zone, orders["service"], orders["ts"], self.policy.order_weight)
        cells["asked"][zone, orders["service"]] = 1
        for i in np.flatnonzero(late).tolist():
            message = (
                f"ts {orders['ts'][i]} lies before the window of demand, the last {self.policy.window_min} minutes: it counts for nothing"
            )
            self.rejected.append(Rejection(orders.topic, int(orders.offsets[i]), "TooLate", message, True))

    def _take_moves(self, moves: Rows) -> None:
        cells, policy = self.market.cells, self.policy
        square = area(moves["lat"], moves["lon"], policy.zone_m)
        cells.rows(square, asked=False)
        moved = self.market.fleet.move(moves["driver"], square, moves["ts"], moves["status"])
        for i in np.flatnonzero(moved.late).tolist():
            message = f"driver {moves['driver'][i]} had a newer record than ts {moves['ts'][i]} before this one"
            self.rejected.append(Rejection(moves.topic, int(moves.offsets[i]), "OutOfOrder", message, True))
        for i in np.flatnonzero(moved.refused).tolist():
            message = f"driver {moves['driver'][i]} has no room: the limit is {policy.driver_limit} drivers of a market"
            self.rejected.append(Rejection(moves.topic, int(moves.offsets[i]), "TooManyDrivers", message, False))
        rows = cells.find(moved.zone)  # a zone that was let go of since has no window
        of, services = np.nonzero((moved.services[:, None] >> np.arange(len(SERVICES)) & 1) & (rows >= 0)[:, None])
        cells.count("offs", rows[of], services, moved.ts[of], 1)

    def _take_answers(self, answers: Rows, at: I64) -> None:
        """Each closes the quote that it names, if that is open; the first one does. One stamped in a second before its quote's does not."""
        quotes, keys = self.market.quotes, hashes(answers["id"])
        known = quotes.known(keys)
        taken: dict[int, int] = {}  # row of a quote → position of its answer
        for i, key in enumerate(keys.tolist()):
            row = quotes.row.get(key, -1)
            early = row >= 0 and quotes.table["ts"][row] // SECOND_MS > answers["ts"][i] // SECOND_MS  # than the quote itself
            if row < 0 or early or row in taken:
                self._refuse(answers, i, bool(known[i]) and not early)
            else:
                taken[row] = i
        rows, places = np.array(list(taken), np.int64), np.array(list(taken.values()), np.int64)
        for answer, status in ((SAID.index("ACCEPTED"), ACCEPTED), (SAID.index("REJECTED"), REJECTED)):
            some = answers["answer"][places] == answer
            of = places[some]
            self._close(rows[some], status, at[of], answers.offsets[of], answers["ts"][of])

    def _refuse(self, answers: Rows, i: int, known: bool) -> None:
        name = answers["id"][i]
        error, message = "UnknownQuote", f"quote {name} was never made, or longer ago than {self.policy.remembered_min} minutes"
        if known:
            error, message = "QuoteClosed", f"quote {name} is over: it was answered before, or its time was up"
        self.rejected.append(Rejection(answers.topic, int(answers.offsets[i]), error, message, known))

    def _close(self, rows: I64, status: int, closed: Array | int, offsets: I64 | None = None, event_ts: I64 | None = None) -> None:
        """Quotes are over at these clocks: accepted or rejected by the answers at these offsets, or expired."""
        if len(rows) == 0:
            return
        market, table = self.market, self.market.quotes.table
        own = {name: table[name][rows] for name in ("square", "price", "prior", "propensity", "acceptance")}
        service, sold = table["service"][rows].astype(np.uint8), status == ACCEPTED
        cost, pay = (table[name][rows] * int(sold) for name in ("cost", "pay"))
        revenue = own["price"] * int(sold)
        below = np.maximum(0, cost - revenue)
        held_back = np.maximum(0, own["prior"] - own["price"]) * table["held"][rows] * int(sold)
        values: dict[str, Array] = {
            "square": own["square"], "service": service, "outcome": np.full(len(rows), status - 1, np.uint8),
            "offset": table["offset"][rows] if offsets is None else offsets,
            "event_ts": table["ts"][rows] if event_ts is None else event_ts,
            "closed_ts": np.broadcast_to(np.asarray(closed, np.int64), rows.shape), "price_cents": own["price"], "revenue_cents": revenue,
            "pay_cents": pay, "cost_cents": cost, "profit_cents": revenue - cost, "leakage_cents": below + held_back,
            "propensity": own["propensity"], "acceptance": own["acceptance"],
        }  # fmt: skip
        ids = [market.quotes.ids[row] for row in rows.tolist()]
        self.closed.append(Closed(market.name, REQUESTS if offsets is None else ANSWERS, ids, values))
        sums: dict[str, Any] = {("accepted", "rejected", "expired")[status - 1]: 1, "revenue_cents": revenue, "pay_cents": pay}
        sums |= {"cost_cents": cost, "below_cost_cents": below, "guarded_cents": held_back}
        market.figures.add(int(values["closed_ts"][0]), service, **sums)
        for each, profit in zip(service.tolist(), values["profit_cents"].tolist(), strict=True):
            market.recommendations.closed.add(int(values["closed_ts"][0]), each, profit)
        if sold:
            self._pay(rows, ids, values)
        market.quotes.close(rows, status)

    def _pay(self, rows: I64, ids: list[str], values: dict[str, Array]) -> None:
        """The drivers' pay, by what was known when the quotes were priced; nothing of the price enters."""
        table = self.market.quotes.table
        tier, trip_m, supply = (table[name][rows] for name in ("tier", "trip_m", "scarcity"))
        amounts, cents = pay_parts(values["service"], tier, trip_m, supply, self.policy.tariff)
        same = {name: values[name] for name in ("square", "service", "offset", "event_ts")}
        self.paid.append(Paid(self.market.name, ids, same, amounts, cents))

    def _show(self, clock_ms: int) -> None:
        """Rows of the tables that have changed."""
        market = self.market
        self.zones.append(self._zones(clock_ms))
        self.figures += market.figures.rows(market.name, clock_ms, self.now)
        self.alerts += market.alerts.rows(market.name, alarms(market, clock_ms, self.policy), clock_ms, self.now)

    def _zones(self, clock_ms: int) -> Table:
        cells, market = self.market.cells, self.market
        multiplier = np.where(np.isnan(cells["anchor"]), cells["prior"], cells["anchor"])
        digest = multiplier + 1e3 * cells["prior"] + 1e6 * cells["drivers"] + 1e9 * cells["requests_seen"] + 1e13 * cells["holds"]
        digest += 1e2 * np.nan_to_num(cells["competitor"])
        changed = (cells["asked"] == 1) & (digest != cells["shown"])
        cells["shown"] = np.where(changed, digest, cells["shown"])
        zones, services = np.nonzero(changed)
        value = {name: cells[name][changed] for name in ("prior", "demand", "supply", "competitor")}
        known = names(cells.lat, cells.lon)
        zone, price = [known[row] for row in zones.tolist()], multiplier[changed] * np.array(self.policy.tariff.base_cents)[services]
        columns: dict[str, Column] = {
            "key": [f"{market.name}/{name}/{SERVICES[s]}" for name, s in zip(zone, services.tolist(), strict=True)],
            "market": Same(market.name), "zone": zone, "lat": np.nan_to_num(cells.lat[zones]), "lon": np.nan_to_num(cells.lon[zones]),
            "service": Each(SERVICES, services), "multiplier": multiplier[changed], "prior": value["prior"],
            "price_cents": np.rint(price).astype(np.int64), "demand": value["demand"],
            "supply": Where(~np.isnan(value["supply"]), value["supply"]), "requests": cells["requests_seen"][changed],
            "drivers": cells["drivers"][changed], "competitor": Where(~np.isnan(value["competitor"]), value["competitor"]),
            "guards": Each(HELD, cells["holds"][changed]), "clock": Same(clock_ms), "updated_at": Same(self.now),
        }  # fmt: skip
        return Table(columns, len(zones))


def due(market: Market, now: int, policy: Policy) -> bool:
    """Whether a step without records at ``now`` ms could change anything but the clock."""
    clock = market.clock_at(now)
    over = market.stirred and clock // SECOND_MS > market.second
    over |= market.unshown and market.showing(clock // SECOND_MS * SECOND_MS, policy.show_ms) > market.shown
    expiry = market.quotes.first_expiry()
    return over or (expiry is not None and clock // SECOND_MS * SECOND_MS > expiry)
