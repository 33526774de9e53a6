"""Orders that end in this step, matched or not, and orders offered to drivers, in; decisions and offers as columns, out."""

from __future__ import annotations

import numpy as np

from agents.matching import acceptance
from agents.matching.market import Market
from agents.matching.match import GUARDS, Assignment
from agents.matching.orders import NO_DRIVER
from agents.matching.outputs import OF_ALTERNATIVES, Alternatives, Decided, Offered
from agents.matching.policy import FACTORS, TIERS, Policy
from agents.matching.rounds import UNKNOWN
from columns.table import F64, I64, U8, Array

TAKEN = "taken"  # a driver that would have cost this order less went to another


def found(result: Assignment, done: I64, market: Market) -> dict[str, Array]:
    """What matching found for the orders at ``done`` (n,) of those asked: the columns of offers.OFFERED, without who and until when."""
    pairs, pair = result.pairs, result.chosen[done]
    driver = pairs.driver[pair]
    out: dict[str, Array] = {name: getattr(pairs, name)[pair] for name in ("eta_s", "distance_m", "chance", "score", "cost_ms")}
    out |= {"price_ms": result.price_ms[done], "proven": result.proven[done]}
    out |= {"boost_ms": market.drivers.columns["boost_ms"][driver], "future_ms": result.known.future_ms[driver]}
    return out | {f"factor_{i}": pairs.factors[i, pair] for i in range(len(FACTORS))}


def considered(result: Assignment, others: I64, market: Market, limit: int) -> Alternatives:
    """The drivers besides the chosen ones; ``others`` (n, width) as of match.alternatives, for the orders decided."""
    pairs, ids = result.pairs, market.drivers.ids
    flat = np.maximum(others, 0).ravel()
    columns = (pairs.score[flat], pairs.eta_s[flat], pairs.distance_m[flat], pairs.cost_ms[flat] / 1000, seconds(result.short_ms[flat]))
    return Alternatives(
        ids=[ids[row] for row in pairs.driver[flat].tolist()],
        values=dict(zip(OF_ALTERNATIVES, columns, strict=True)),
        count=np.minimum(np.count_nonzero(others >= 0, axis=1), limit),
    )


def cheaper_taken(result: Assignment, done: I64, others: I64) -> I64:
    """Which of the orders at ``done`` lost a driver that would have cost them less to another order: positions in ``done``."""
    first = others[:, 0]
    return np.flatnonzero((first >= 0) & (result.pairs.cost_ms[first] < result.pairs.cost_ms[result.chosen[done]]))


def decided_without(market: Market, slots: I64, reasons: U8, policy: Policy) -> Decided:
    """Decisions on the pending orders at ``slots`` (n,) that end unmatched for ``reasons`` (n,), positions in policy.REASONS."""
    guards = tier_rules(market, slots, policy)
    for names, reason, guard in zip(guards, reasons.tolist(), market.pending["guard"][slots].tolist(), strict=True):
        if reason == NO_DRIVER and guard:
            names.insert(0, GUARDS[guard])
    out = _decided(market, slots, reasons, guards)
    out.values = {"offers": market.pending["offers"][slots]}
    return out


def decided_matches(market: Market, slots: I64, driver: I64, why: dict[str, Array], policy: Policy) -> Decided:
    """Decisions on the pending orders at ``slots`` (n,) that go to the rows ``driver`` (n,); ``why`` as of ``found``."""
    pending, ids = market.pending, market.drivers.ids
    out = _decided(market, slots, np.zeros(len(slots), np.uint8), tier_rules(market, slots, policy))
    out.driver_ids = [ids[row] for row in driver.tolist()]
    out.factors = np.column_stack([why[f"factor_{i}"] for i in range(len(FACTORS))])
    risk_ms = acceptance.risk_ms(why["chance"], policy.acceptance)
    out.values = {name: why[name] for name in ("eta_s", "distance_m", "score", "chance", "proven")} | {
        "cost_s": why["cost_ms"] / 1000,
        "price_s": seconds(why["price_ms"]),
        "boost_s": why["boost_ms"] / 1000,
        "accept_s": risk_ms / 1000,
        "future_s": why["future_ms"] / 1000,
        "price_cents": pending["price_cents"][slots],
        "pay_cents": pending["pay_cents"][slots],
        "offers": pending["offers"][slots],
    }
    offers = pending["offers"][slots].tolist()
    if any(offers):
        out.offer_ids = [f"{name}/{n}" if n else None for name, n in zip(out.order_ids, offers, strict=True)]
    return out


def offered(market: Market, slots: I64, driver: I64, others: Alternatives) -> Offered:
    """The offers of the pending orders at ``slots`` (n,), which hold them, to the rows ``driver`` (n,)."""
    pending, ids = market.pending, market.drivers.ids
    names, numbers = [pending.ids[slot] for slot in slots.tolist()], pending["offers"][slots].tolist()
    expires = pending["expires"][slots]
    return Offered(
        market=market.name,
        offer_ids=[f"{name}/{n}" for name, n in zip(names, numbers, strict=True)],
        order_ids=names,
        driver_ids=[ids[row] for row in driver.tolist()],
        values={
            "offered_ts": expires - pending["offer_ms"][slots],
            "expires_ts": expires,
            "cost_s": pending["cost_ms"][slots] / 1000,
        }
        | {name: pending[name][slots] for name in ("eta_s", "distance_m", "pay_cents", "chance")},
        alternatives=others,
    )


def seconds(ms: I64) -> F64:
    """Whole milliseconds → seconds; UNKNOWN → NaN."""
    return np.where(ms == UNKNOWN, np.nan, ms / 1000)


def tier_rules(market: Market, slots: I64, policy: Policy) -> list[list[str]]:
    """For each order of a premium tier the minimum rating that applied to it, as ``tier_minimum:GOLD>=4.5``."""
    tiers = market.pending["tier"][slots].tolist()
    return [[f"tier_minimum:{TIERS[tier]}>={policy.tier_minimum[tier]:g}"] if tier else [] for tier in tiers]


def _decided(market: Market, slots: I64, reasons: U8, guards: list[list[str]]) -> Decided:
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
        models=market.models(),
    )
