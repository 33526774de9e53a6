"""The step of the growth agent: batches by topic in, decisions and table rows by output topic and the rejected records, out.

Pure: nothing but the state, the batches and ``now`` has a say. Settings are taken first; riders and markets do not see each other. What is
read after the worker was away waits for its turn (agents.growth.backlog).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agents.growth import alerts, recommendations
from agents.growth.backlog import AWAY_MS, PULSE_MS
from agents.growth.closing import Allocated
from agents.growth.conversion import COUNTS
from agents.growth.market import Market
from agents.growth.money import revenue_table, services_rows
from agents.growth.offered import offers_table
from agents.growth.orders import Captured
from agents.growth.policy import DAY_MS, HOUR_MS, TYPES, Policy
from agents.growth.reading import (
    MOVES,
    OF_MARKETS,
    OF_RIDERS,
    OFFER_RESPONSES,
    ORDER_CHANGES,
    ORDERS,
    POLICIES,
    PROFILES,
    REQUESTS,
    RIDERS,
    Rows,
    newest,
    read_changes,
    read_moves,
    read_orders,
    read_policies,
    read_profiles,
    read_requests,
    read_responses,
    read_riders,
)
from agents.growth.state import GrowthState
from agents.growth.zones import allocations_table, moves_tables, outlook_rows
from columns.output import Table
from columns.records import Records, Rejection
from columns.table import Array

READERS = {
    POLICIES: read_policies,
    RIDERS: read_riders,
    PROFILES: read_profiles,
    MOVES: read_moves,
    ORDER_CHANGES: read_changes,
    OFFER_RESPONSES: read_responses,
    ORDERS: read_orders,
    REQUESTS: read_requests,
}
OFFERS, REVENUE, SERVICES_TOPIC, ALLOCATIONS = "growth.offers", "growth.revenue", "growth.services", "growth.allocations"
ZONES, MOVES_TOPIC, ALERTS, RECOMMENDATIONS, LEARNT = (
    "growth.zones",
    "growth.moves",
    "growth.alerts",
    "growth.recommendations",
    "growth.learnt",
)
SETTLED_MS = 3 * DAY_MS  # after which the last contact of an offer that was made has come
OUTPUTS = (OFFERS, REVENUE, ALLOCATIONS, ZONES, MOVES_TOPIC, SERVICES_TOPIC, ALERTS, RECOMMENDATIONS, LEARNT)


@dataclass(slots=True)
class Stepped:
    """What a step came to: decisions by column, rows of tables, by output topic, and the records that could not be decided on;
    ``waited``: key and event time (ms) of those of them that an earlier step was given, by topic and offset."""

    tables: dict[str, list[Table]] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    waited: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)

    def kept(self, held: Mapping[str, Rows]) -> None:
        """Remember of the rejected records those that were ``held``."""
        for one in self.rejected:
            for at in np.flatnonzero(held[one.topic].offsets == one.offset).tolist() if one.topic in held else ():
                rows = held[one.topic]
                key = rows.texts["market"] if one.topic in OF_MARKETS else rows.ids
                self.waited[one.topic, one.offset] = (key[at], int(rows["ts"][at]))

    def add(self, topic: str, rows: list[dict[str, Any]]) -> None:
        """More rows of a table."""
        if rows:
            self.rows.setdefault(topic, []).extend(rows)


def step(state: GrowthState, batches: Mapping[str, Records], now: int, policy: Policy, code_version: str) -> Stepped:
    """Step ``state``, in place, over ``batches`` at ``now`` ms."""
    out = Stepped()
    now = max(state.now, now)
    if now - state.now > AWAY_MS:
        state.of_riders.begin(now)
        state.of_markets.begin(now)
    state.now = now
    given = {topic: read(batches[topic], now, policy, out.rejected) for topic, read in READERS.items() if topic in batches}
    if POLICIES in given:
        _set(state, given[POLICIES], now, out)
    some = {topic: rows for topic, rows in given.items() if len(rows)}
    of_riders, of_markets = ({topic: some[topic] for topic in topics if topic in some} for topics in (OF_RIDERS, OF_MARKETS))
    held = state.of_riders.held | state.of_markets.held
    _riders(state, state.of_riders.admit(of_riders, now), now, policy, code_version, out)
    _markets(state, state.of_markets.admit(of_markets, now), now, policy, code_version, out)
    out.kept(held)
    return out


def due(state: GrowthState, now: int, policy: Policy) -> bool:
    """Whether a step without records at ``now`` could change anything but the clocks."""
    if state.of_riders.back or state.of_markets.back:
        return True
    if now - state.now >= PULSE_MS and (state.latest or state.markets):
        return True
    wakes = state.monetization.next_due(policy)
    if wakes is not None and wakes <= state.clock_at(now):
        return True
    return any(market.clock_at(now) // policy.slot_ms > market.slot for market in state.markets.values() if market.latest)


def _set(state: GrowthState, rows: Rows, now: int, out: Stepped) -> None:
    """Change settings; what is older than a setting's last change is refused."""
    settings, applied = state.settings, rows.texts["recommendation_id"].tolist()
    for i, name in enumerate(rows.ids.tolist()):
        ts, value, offset = int(rows["ts"][i]), float(rows["value"][i]), int(rows.offsets[i])
        if problem := settings.problem(name, value):
            out.rejected.append(Rejection(POLICIES, offset, "InvalidSetting", problem, False))
        elif ts < settings.changed.get(name, 0):
            why = f"{name} was changed later, at {settings.changed[name]}, already"
            out.rejected.append(Rejection(POLICIES, offset, "OutOfOrder", why, True))
        else:
            settings.values[name], settings.changed[name] = value, ts
            if applied[i]:
                out.add(RECOMMENDATIONS, state.recommendations.applied(applied[i], name, value, ts, now))
            out.add(RECOMMENDATIONS, state.recommendations.changed(settings, ts, now))


def _riders(state: GrowthState, given: Mapping[str, Rows], now: int, policy: Policy, code_version: str, out: Stepped) -> None:
    of = state.monetization

    def look(at: int, is_hour: bool) -> None:
        out.add(LEARNT, [_learnt(state, kind, now) for kind in sorted(of.changed)])
        of.changed.clear()
        if not is_hour:
            return
        out.add(ALERTS, state.alerts.tell(alerts.of_offers(of.learnt, state.partition, at), at, now))
        found = recommendations.of_offers(of.learnt, state.settings, policy, state.partition, of.first, at)
        by_id = {one.recommendation_id: one for one in found}
        out.add(RECOMMENDATIONS, state.recommendations.tell(by_id, None, state.partition, at, now))
        out.add(RECOMMENDATIONS, state.recommendations.measured(of.ended, None, at, now, SETTLED_MS + policy.valid_h * HOUR_MS))

    decided = of.step(given, state.settings, policy, out.rejected, look)
    if of.span and newest(given) > state.clock_at(now):
        state.latest, state.since = newest(given), now
    if not state.of_riders.back:
        of.open(state.clock_at(now) // policy.learn_ms, policy, look)
    if decided:
        out.tables[OFFERS] = [offers_table(one, state.partition, now, code_version) for one in decided]


def _learnt(state: GrowthState, kind: int, now: int) -> dict[str, Any]:
    learnt = state.monetization.learnt
    counts = dict(zip(COUNTS, learnt.counts[kind].tolist(), strict=True))
    over = counts["converted"] + counts["declined"] + counts["opted_out"] + counts["expired"]
    row = {"key": f"{TYPES[kind]}/{state.partition}", "type": TYPES[kind], "partition": state.partition, "updated_at": now} | counts
    shares = {"conversion": counts["converted"] / over if over else None, "expected": float(learnt.expected[kind]) / over if over else 0.0}
    earned, off = learnt.money[kind].tolist()
    money = {"earned_cents": earned, "discount_cents": off, "profit_cents": earned - off}
    return row | shares | money | {"value_cents": float(learnt.values()[kind])}


def _markets(state: GrowthState, rows: Mapping[str, Rows], now: int, policy: Policy, code_version: str, out: Stepped) -> None:
    given, behind = _known(state, _by_market(rows), policy, out), bool(state.of_markets.back)
    captured: list[tuple[Market, list[Captured]]] = []
    allocated: list[Allocated] = []

    def decided(market: Market, one: Allocated) -> None:
        allocated.append(one)
        _look_over(state, market, one, now, policy, out)

    for name in sorted(state.markets.keys() | given.keys()):
        market = state.markets.setdefault(name, Market(name))
        if name not in given and market.clock_at(now) // policy.slot_ms <= market.slot:
            continue
        found = market.step(given.get(name, {}), now, state.settings, policy, out.rejected, decided, behind=behind)
        captured.append((market, found))
        out.add(SERVICES_TOPIC, services_rows(market, now))
    _forget(state, now, policy, out)
    if any(found for _, found in captured):
        version = state.settings.version(policy)
        out.tables[REVENUE] = [revenue_table(captured, state.partition, now, code_version, version, policy)]
    if (table := allocations_table(allocated, state.partition, now, code_version)) is not None:
        out.tables[ALLOCATIONS] = [table]
        out.add(ZONES, outlook_rows(table))
    if moves := moves_tables(allocated, now, code_version):
        out.tables[MOVES_TOPIC] = moves


def _look_over(state: GrowthState, market: Market, last: Allocated, now: int, policy: Policy, out: Stepped) -> None:
    """Alerts and recommendations of a market whose slot is over."""
    out.add(ALERTS, state.alerts.tell(alerts.of_market(market, last.at), last.at, now))
    gaps: Array = last.allocation.action == 0
    profit = last.allocation.revenue - last.allocation.cost
    profits: dict[int, float] = {}
    for service, cents in zip(last.outlook.service[gaps].tolist(), profit[gaps].tolist(), strict=True):
        profits[service] = profits.get(service, 0.0) + cents
    found = recommendations.of_market(market, profits, state.settings, state.partition, policy)
    by_id = {one.recommendation_id: one for one in found}
    out.add(RECOMMENDATIONS, state.recommendations.tell(by_id, market.name, state.partition, last.at, now))
    out.add(RECOMMENDATIONS, state.recommendations.measured(market.orders.ended, market.name, last.at, now))


def _known(state: GrowthState, given: dict[str, dict[str, Rows]], policy: Policy, out: Stepped) -> dict[str, dict[str, Rows]]:
    """What is given of markets that are known or may still become so, in the order of their first records; the rest is refused."""
    new = [(min(int(rows["ts"].min()) for rows in given[name].values()), name) for name in given.keys() - state.markets.keys()]
    for _, name in sorted(new)[max(0, policy.most_markets - len(state.markets)) :]:
        for topic, rows in given.pop(name).items():
            why = f"this task has {policy.most_markets} markets, and takes no other until one was quiet for {policy.quiet_days} days"
            out.rejected += [Rejection(topic, offset, "TooManyMarkets", why, True) for offset in rows.offsets.tolist()]
    return given


def _forget(state: GrowthState, now: int, policy: Policy, out: Stepped) -> None:
    """Markets that nothing was heard of for long, by the steps' time, are forgotten, and with them what people were told to do."""
    for name in [name for name, one in sorted(state.markets.items()) if now - one.heard > policy.quiet_days * DAY_MS]:
        market = state.markets.pop(name)
        at = market.clock_at(now)
        out.add(ALERTS, state.alerts.tell(alerts.over(market, at), at, now))
        out.add(RECOMMENDATIONS, state.recommendations.forget(name, state.partition, at, now))


def _by_market(given: Mapping[str, Rows]) -> dict[str, dict[str, Rows]]:
    """The valid rows by market and topic."""
    out: dict[str, dict[str, Rows]] = {}
    for topic in OF_MARKETS:
        for market, rows in given[topic].by_market() if topic in given else ():
            out.setdefault(market, {})[topic] = rows
    return out
