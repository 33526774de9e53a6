"""The step of the pricing agent: batches by topic in, decisions, table rows and the rejected records, out.

Pure: nothing but the state, the batches and ``now`` has a say, and markets do not see each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from agents.pricing.figures import Row
from agents.pricing.market import Market
from agents.pricing.market_step import MarketStep
from agents.pricing.market_step import due as market_due
from agents.pricing.outputs import (
    ALERTS,
    DECISIONS,
    FIGURES,
    OUTCOMES_TOPIC,
    PAY,
    RECOMMENDATIONS,
    ZONES,
    Stamp,
    decisions_table,
    outcomes_tables,
    pay_table,
)
from agents.pricing.policy import Policy
from agents.pricing.reading import READERS, Rows
from agents.pricing.settings import Said, forgotten, of_market, told
from agents.pricing.state import PricingState
from columns.earth import HOUR_MS
from columns.output import Table
from columns.records import Records, Rejection

POLICIES = "pricing-policies"
NOTHING_LEARNT_MS, LEARNT_MS = 24 * HOUR_MS, 90 * 24 * HOUR_MS  # after 90 days little is left of what was learnt (acceptance.py)


@dataclass(slots=True)
class Stepped:
    """What a step came to: decisions by column, rows of tables, by output topic, and the records that could not be decided on."""

    tables: dict[str, list[Table]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)


def step(state: PricingState, batches: Mapping[str, Records], now: int, policy: Policy, code_version: str) -> Stepped:
    """Step ``state``, in place, over ``batches`` at ``now`` ms. Every accepted quote request gets exactly one decision, in this step."""
    out = Stepped()
    state.now = now = max(state.now, now)
    _forget(state)
    given: dict[str, dict[str, Rows]] = {}
    for topic, read in READERS.items():
        if topic in batches and len(batches[topic].offsets) and topic != POLICIES:
            for name, rows in read(batches[topic], now, policy, out.rejected).by_market():
                given.setdefault(name, {})[topic] = rows
    known = dict(state.policies)
    if POLICIES in batches and len(batches[POLICIES].offsets):
        _tell(state, given, READERS[POLICIES](batches[POLICIES], now, policy, out.rejected), policy, out.rejected)
    steps = []
    for name in sorted(given.keys() | state.markets.keys()):
        market = state.markets.get(name)
        if market is None and len(state.markets) >= policy.market_limit:
            _refuse(name, given[name], policy, out.rejected)
            continue
        if market is None:
            market = state.markets[name] = Market.fresh(name, policy)
            market.policies = of_market(_said_before(known, given[name]), name)
        elif name not in given and not market_due(market, now, policy):
            continue
        one = MarketStep(market, now, seed_of(policy.seed, name), policy, out.rejected)
        one.run(given.get(name, {}))
        steps.append(one)
    _collect(steps, out, Stamp(state.partition, now, code_version, policy))
    return out


def due(state: PricingState, now: int, policy: Policy) -> bool:
    """Whether a step without records at ``now`` could change anything but the clocks."""
    return any(market_due(market, now, policy) for market in state.markets.values())


def seed_of(seed: int, market: str) -> int:
    """The seed of a market's draws."""
    return int.from_bytes(blake2b(f"{seed}/{market}".encode(), digest_size=8).digest(), "little")


def _forget(state: PricingState) -> None:
    """Once an hour: markets of which nothing was heard for long are let go of, and what was taken back long ago."""
    if state.now // HOUR_MS <= state.forgot:
        return
    state.forgot = state.now // HOUR_MS
    for name, market in list(state.markets.items()):
        if state.now - market.since >= (LEARNT_MS if market.acceptance.outcomes else NOTHING_LEARNT_MS):
            del state.markets[name]
    state.policies = forgotten(state.policies, state.now)


def _refuse(market: str, given: Mapping[str, Rows], policy: Policy, rejected: list[Rejection]) -> None:
    """There is no room for a new market: its records are dead letters."""
    message = f"market {market[:80]!r} is new, and there are {policy.market_limit} already: see whether their names are right"
    for topic, rows in given.items():
        if topic != POLICIES:
            rejected.extend(Rejection(topic, offset, "TooManyMarkets", message, False) for offset in rows.offsets.tolist())


def _tell(state: PricingState, given: dict[str, dict[str, Rows]], rows: Rows, policy: Policy, rejected: list[Rejection]) -> None:
    """Policy events go to every market; of each name the latest counts."""
    kept = []
    for i, name in enumerate(rows["name"].tolist()):
        last = state.policies.get(name)
        if last is not None and rows["ts"][i] < last["ts"]:
            message = f"{name} had a newer record than ts {rows['ts'][i]} before this one"
            rejected.append(Rejection(rows.topic, int(rows.offsets[i]), "OutOfOrder", message, True))
        elif last is None and len(state.policies) >= policy.policy_limit:
            message = f"{name[:80]!r} is new, and there are {policy.policy_limit} policies already: use one of their names"
            rejected.append(Rejection(rows.topic, int(rows.offsets[i]), "TooManyPolicies", message, False))
        else:
            state.policies = told(state.policies, rows.take(slice(i, i + 1)))
            kept.append(i)
    if kept:
        for name in given.keys() | state.markets.keys():
            given.setdefault(name, {})[POLICIES] = rows.take(np.array(kept))


def _said_before(known: Mapping[str, Said], given: dict[str, Rows]) -> dict[str, Said]:
    """What policy events said before a new market's own first record came; they are taken out of its rows."""
    if POLICIES not in given:
        return dict(known)
    rows = given.pop(POLICIES)
    first = min(int(own["ts"][0]) for own in given.values())
    came = np.maximum.accumulate(rows["ts"])
    if (later := np.flatnonzero(came > first)).size:
        given[POLICIES] = rows.take(later)
    return told(known, rows.take(np.flatnonzero(came <= first)))


def _collect(steps: list[MarketStep], out: Stepped, stamp: Stamp) -> None:
    """What the markets' parts came to, by topic; of a topic without rows none."""
    if priced := [part for one in steps for part in one.priced]:
        out.tables[DECISIONS] = [decisions_table(priced, stamp)]
    if paid := [part for one in steps for part in one.paid]:
        out.tables[PAY] = [pay_table(paid, stamp)]
    if closed := [part for one in steps for part in one.closed]:
        out.tables[OUTCOMES_TOPIC] = outcomes_tables(closed, stamp)
    if zones := [table for one in steps for table in one.zones if table.height]:
        out.tables[ZONES] = zones
    for topic, name in ((FIGURES, "figures"), (ALERTS, "alerts"), (RECOMMENDATIONS, "recommended")):
        if rows := [row for one in steps for row in getattr(one, name)]:
            out.rows[topic] = rows
