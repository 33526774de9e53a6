"""Orders that end in this step, matched or not, in; their decisions as columns, out."""

from __future__ import annotations

import numpy as np

from agents.matching.columns import F64, I64, U8
from agents.matching.market import Market
from agents.matching.match import GUARDS, Assignment, alternatives
from agents.matching.orders import NO_DRIVER
from agents.matching.outputs import Decided
from agents.matching.policy import TIERS, Policy
from agents.matching.rounds import UNKNOWN

TAKEN = "taken"  # a driver that would have cost this order less went to another


def decided_without(market: Market, slots: I64, reasons: U8, policy: Policy) -> Decided:
    """Decisions on the pending orders at ``slots`` (n,) that end unmatched for ``reasons`` (n,), positions in policy.REASONS."""
    guards = tier_rules(market, slots, policy)
    for names, reason, guard in zip(guards, reasons.tolist(), market.pending["guard"][slots].tolist(), strict=True):
        if reason == NO_DRIVER and guard:
            names.insert(0, GUARDS[guard])
    return _decided(market, slots, reasons, guards, policy)


def decided_matches(market: Market, result: Assignment, slots: I64, policy: Policy) -> Decided:
    """Decisions on the pending orders at ``slots`` (n,) that ``result`` has matched, in its order."""
    pairs, ids = result.pairs, market.drivers.ids
    chosen = result.chosen[result.chosen >= 0]
    others = alternatives(result, max(1, policy.alternatives))
    guards = tier_rules(market, slots, policy)
    better = (others[:, 0] >= 0) & (pairs.cost_ms[others[:, 0]] < pairs.cost_ms[chosen])
    for i in np.flatnonzero(better).tolist():
        guards[i].insert(0, TAKEN)
    out = _decided(market, slots, np.zeros(len(slots), np.uint8), guards, policy)
    out.driver_ids = [ids[row] for row in pairs.driver[chosen].tolist()]
    out.eta_s, out.distance_m, out.score = pairs.eta_s[chosen], pairs.distance_m[chosen], pairs.score[chosen]
    out.cost_s, out.price_s = pairs.cost_ms[chosen] / 1000, seconds(result.price_ms[result.chosen >= 0])
    out.proven = result.proven[result.chosen >= 0]
    out.factors = np.ascontiguousarray(pairs.factors[:, chosen].T)
    flat = np.maximum(others, 0).ravel()
    out.alternative_ids = [ids[row] for row in pairs.driver[flat].tolist()]
    short_s = seconds(result.short_ms[flat])
    out.alternative_values = np.column_stack(
        (pairs.score[flat], pairs.eta_s[flat], pairs.distance_m[flat], pairs.cost_ms[flat] / 1000, short_s)
    )
    out.alternative_count = np.minimum(np.count_nonzero(others >= 0, axis=1), policy.alternatives)
    return out


def seconds(ms: I64) -> F64:
    """Whole milliseconds → seconds; UNKNOWN → NaN."""
    return np.where(ms == UNKNOWN, np.nan, ms / 1000)


def tier_rules(market: Market, slots: I64, policy: Policy) -> list[list[str]]:
    """For each order of a premium tier the minimum rating that applied to it, as ``tier_minimum:GOLD>=4.5``."""
    tiers = market.pending["tier"][slots].tolist()
    return [[f"tier_minimum:{TIERS[tier]}>={policy.tier_minimum[tier]:g}"] if tier else [] for tier in tiers]


def _decided(market: Market, slots: I64, reasons: U8, guards: list[list[str]], policy: Policy) -> Decided:
    pending = market.pending
    ts = pending["ts"][slots]
    return Decided(
        market=market.name,
        order_ids=[pending.ids[slot] for slot in slots.tolist()],
        service=pending["service"][slots],
        offset=pending["offset"][slots],
        event_ts=ts,
        waited_ms=np.maximum(0, market.pace.clock - ts),
        reason=reasons,
        candidates=pending["ranked"][slots].astype(np.int64),
        guards=guards,
        width=max(1, policy.alternatives),
    )
