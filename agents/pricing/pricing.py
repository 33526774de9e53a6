"""A market and quote requests of one second in; the price of each, and all that its decision says, as columns, out.

A request is counted as demand, set against the state published for its zone and service, priced between the guards' bounds, and put
between them again. Nothing here depends on the other requests of the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.pricing.acceptance import Curves
from agents.pricing.cells import GAMING, S
from agents.pricing.choice import ALTERNATIVES, Chosen, choose
from agents.pricing.columns import U8, Array
from agents.pricing.contexts import F64, I64, Contexts, Mask, within
from agents.pricing.figures import thousandths
from agents.pricing.guards import BIT, BOUNDING, Bounds, Limits, bounds, fired
from agents.pricing.market import SECOND_MS, Market
from agents.pricing.policy import Policy
from agents.pricing.prior import CELL_FACTORS, trait, user_multiplier
from agents.pricing.publish import place
from agents.pricing.quotes import CONTEXT
from agents.pricing.reading import PERSONAL, Rows, hashes
from agents.pricing.recommendations import BEYOND
from agents.pricing.tariff import cost_cents, pay_parts, reference_cents
from columns.earth import area
from columns.records import Rejection

FACTORS = (*CELL_FACTORS, "user", "choice")
OF_ALTERNATIVES = ("price_cents", "acceptance", "expected_revenue_cents", "expected_profit_cents")
CENTS = 100.0
NEW = {name: fill for name, (_, fill) in CONTEXT.items()}


@dataclass(slots=True)
class Priced:
    """Decisions of one market in one second, n of them; ``values`` by column of the schema or nearly."""

    market: str
    ids: list[str]
    model: str
    values: dict[str, Array]
    seen: F64  # (n, FACTORS)
    weights: F64  # (n, FACTORS)
    alternatives: dict[str, F64]  # (n, ALTERNATIVES) by name of OF_ALTERNATIVES


def price(market: Market, given: Rows, at: I64, seed: int, policy: Policy, rejected: list[Rejection]) -> Priced | None:
    """Price requests in offset order that came at these market clocks, ms, shape (n,); None where none is to be priced."""
    keys = hashes(given["id"])
    kept = _to_price(market, given, at, keys, policy, rejected)
    if len(kept) == 0:
        return None
    rows, at, keys = given.take(kept), at[kept], keys[kept]
    service, cells, settings = rows["service"], market.cells, market.settings
    square = area(rows["lat"], rows["lon"], policy.zone_m)
    zone = cells.rows(square, asked=True)
    if cells.fresh:
        place(market, market.second * SECOND_MS, policy)
    cells.count("requests", zone, service, rows["ts"], 1)
    cells["asked"][zone, service] = 1
    cell = (zone, service)
    supply = cells["supply"][cell]
    _, pay = pay_parts(service, rows["tier"], rows["trip_m"], supply, policy.tariff)
    pay_cents = pay.sum(axis=1)
    reference = reference_cents(service, rows["tier"], rows["trip_m"], policy.tariff)
    cost = cost_cents(reference, pay_cents, policy.tariff)
    personal = settings.personal[service]
    user = user_multiplier({name: rows[name] for name in PERSONAL}, personal, policy.prior)
    prior = cells["prior"][cell] * user
    anchor = np.where(np.isnan(cells["anchor"][cell]), cells["prior"][cell], cells["anchor"][cell])
    limits = Limits(
        reference, cost, settings.floor[service], settings.cap[service], settings.emergency_cap[service], cells["ceiling"][cell],
        anchor, settings.max_step[service], zone * S + service, cells["latest"][cell],
    )  # fmt: skip
    found = bounds(limits)
    contexts = _contexts(market, zone, rows, personal)
    curves, objective = market.acceptance.curves(contexts), settings.objective[service]
    chosen, low, high = _choose(market, contexts, curves, objective, found, prior, reference, cost, seed, rows.offsets, policy)
    cents = within(np.rint(CENTS * chosen.effects.price).astype(np.int64), found.least, found.most)
    wish = prior * reference
    bits = fired(found, cents, wish, cells["holds"][cell])
    bits |= ((cells["holds"][cell] & GAMING) > 0) * BIT["surge-gaming"] | np.isnan(supply) * BIT["supply-unknown"]
    bits |= (cells["balance"][cell] != cells["target"][cell]) * BIT["hysteresis"]
    multiplier = cents / reference
    cells["latest"][cell] = multiplier  # of equal cells the last one's stays
    held = (bits & (BIT["cap"] | BIT["emergency-cap"] | BIT["safety"] | BIT["overcharge-reports"] | BIT["step"])) > 0
    held &= (cents < wish) & (cents >= found.most)  # lower ones were chosen
    values: dict[str, Array] = {
        "offset": rows.offsets, "event_ts": rows["ts"], "square": cells.zones[zone], "service": service, "tier": rows["tier"],
        "expires_ts": at + round(policy.quote_ttl_s * 1000), "price_cents": cents, "reference_cents": reference,
        "prior_cents": np.rint(wish).astype(np.int64), "multiplier": multiplier, "cost_cents": cost,
        "acceptance": chosen.effects.acceptance,
        "expected_revenue_cents": CENTS * chosen.effects.revenue, "expected_profit_cents": CENTS * chosen.effects.profit,
        "confidence": chosen.confidence, "objective": objective, "arm": chosen.arm, "propensity": chosen.propensity,
        "least_cents": low, "most_cents": high, "guards": bits, "personal": personal,
    }  # fmt: skip
    _note(market, at, contexts, curves, values, found)
    market.quotes.add(
        rows["id"].tolist(),
        {name: np.asarray(getattr(contexts, name)) for name in CONTEXT if getattr(contexts, name) is not None}
        | {
            "key": keys, "at": at, "expires": values["expires_ts"], "offset": rows.offsets, "ts": rows["ts"], "square": values["square"],
            "tier": rows["tier"], "trip_m": rows["trip_m"], "scarcity": supply, "reference": reference, "prior": values["prior_cents"],
            "price": cents, "cost": cost, "pay": pay_cents, "propensity": chosen.propensity, "acceptance": chosen.effects.acceptance,
            "held": held,
        },
    )  # fmt: skip
    seen, weights = _factors(market, cell, user, cents / (reference * prior), chosen.arm)
    return Priced(market.name, rows["id"].tolist(), model_version(market), values, seen, weights, _alternatives(chosen))


def model_version(market: Market) -> str:
    """Outcomes learnt, and drifts found."""
    return f"{market.acceptance.outcomes}/{sum(each.found for each in market.acceptance.drifts)}"


def _to_price(market: Market, given: Rows, at: I64, keys: Array, policy: Policy, rejected: list[Rejection]) -> I64:
    """Positions of the requests to be priced; the others are refused."""
    late = given["ts"] < at - round(policy.late_s * 1000)
    first = np.ones(len(keys), np.bool_)
    if len(set(keys.tolist())) < len(keys):
        first[:] = False
        first[np.unique(np.where(late, np.uint64(0), keys), return_index=True)[1]] = True
    again = market.quotes.known(keys) | ~first
    for i in np.flatnonzero(late | again).tolist():
        name, offset = given["id"][i], int(given.offsets[i])
        if late[i]:
            age = f"{(at[i] - given['ts'][i]) / 1000:.0f} s before the market's clock"
            message = f"quote {name} was asked for {age}; the limit is {policy.late_s:g} s"
            rejected.append(Rejection(given.topic, offset, "TooLate", message, True))
        else:
            message = f"quote {name} came before; its first record is the one decided on"
            rejected.append(Rejection(given.topic, offset, "DuplicateQuote", message, True))
    return np.flatnonzero(~(late | again))


def _contexts(market: Market, zone: I64, rows: Rows, personal: Mask) -> Contexts:
    """What acceptance is learnt and foretold by; what is not known is in the middle."""
    cells, service = market.cells, rows["service"].astype(np.int64)
    supply, competitor = cells["supply"][zone, service], cells["competitor"][zone, service]
    traits: dict[str, Any] = {}
    if market.acceptance.policy.personal:
        own = {"sensitivity": "sensitivity", "loyalty": "loyalty", "churn": "churn_risk"}
        traits = {name: np.where(personal, trait(rows[column]), 0.5) for name, column in own.items()}
    return Contexts(
        zone=market.cells.numbers(zone), service=service, demand=cells["demand"][zone, service],
        supply=np.where(np.isnan(supply), 0.5, supply), hour=cells["hour"][zone], weekend=cells["weekend"][zone] == 1,
        holiday=cells["holiday"][zone] == 1, weather=cells["weather"][zone], event=cells["event"][zone],
        competitor=np.where(np.isnan(competitor), 1.0, competitor), **traits,
    )  # fmt: skip


def _choose(
    market: Market, contexts: Contexts, curves: Curves, objective: U8, found: Bounds, prior: F64, reference: I64, cost: I64, seed: int,
    offsets: I64, policy: Policy,
) -> tuple[Chosen, I64, I64]:  # fmt: skip
    """Choices between the bounds, where they leave it not too far from the prior; and the lowest and highest price that could be chosen."""
    least, most = policy.prior.trust
    low = within(np.ceil(least * prior * reference).astype(np.int64), found.least, found.most)
    high = within(np.floor(most * prior * reference).astype(np.int64), low, found.most)
    parts, places = [], []
    for kind in np.unique(objective).tolist():
        at = np.flatnonzero(objective == kind)
        weights = policy.choice.weights[kind]
        one = choose(
            market.acceptance, contexts.take(at), reference[at] / CENTS, low[at] / CENTS, high[at] / CENTS, cost[at] / CENTS, weights, seed,
            offsets[at].astype(np.uint64), policy.choice, curves[at],
        )  # fmt: skip
        parts.append(one)
        places.append(at)
    if len(parts) == 1:
        return parts[0], low, high
    return _together(parts, np.argsort(np.concatenate(places), kind="stable")), low, high


def _together(parts: list[Chosen], order: I64) -> Chosen:
    """Choices of several objectives as one, in this order."""

    def join(values: list[Any]) -> Any:
        if isinstance(values[0], np.ndarray):
            return np.concatenate(values)[order]
        if isinstance(values[0], dict):
            return {name: join([each[name] for each in values]) for name in values[0]}
        return type(values[0])(*(join([getattr(each, name) for each in values]) for name in values[0].__slots__))

    out: Chosen = join(list(parts))
    return out


def _note(market: Market, at: I64, contexts: Contexts, curves: Curves, values: dict[str, Array], found: Bounds) -> None:
    """Figures, and what would pay: the acceptance model is asked of the prior's price and of prices beyond the bounds, too."""
    service, reference, cost = values["service"], values["reference_cents"], values["cost_cents"]
    others = np.stack([
        within(values["prior_cents"], values["least_cents"], values["most_cents"]),
        values["price_cents"] * BEYOND,
        values["price_cents"] / BEYOND,
    ], axis=1)  # fmt: skip
    likely, _ = market.acceptance.predict(contexts, np.log(others / reference[:, None]), curves)
    revenue, profit = likely * others, likely * (others - cost[:, None])
    expected = {"expected_profit_cents": values["expected_profit_cents"], "prior_profit_cents": profit[:, 0]}
    whole = {name: thousandths(each) for name, each in expected.items()}
    upward, downward = values["price_cents"] >= found.most, values["price_cents"] <= found.least
    guarded = ((values["guards"] & BOUNDING) > 0) & (upward | downward)
    market.figures.add(int(at[0]), service, quotes=1, guarded=guarded, **whole)
    at_bound = {"cap": upward, "floor": downward, "step": upward | downward}  # elsewhere moving the guard changes nothing
    bounded = np.stack([((values["guards"] & BIT[name]) > 0) & there for name, there in at_bound.items()], axis=1)
    gains = []
    for some, now in ((profit, values["expected_profit_cents"]), (revenue, values["expected_revenue_cents"])):
        up, down = some[:, 1] - now, some[:, 2] - now
        gains.append(np.stack([up, down, np.where(upward, up, down)], axis=1))
    market.recommendations.add(service, values["confidence"], bounded, *gains)


def _factors(market: Market, cell: tuple[I64, U8], user: F64, choice: F64, arm: I64) -> tuple[F64, F64]:
    """What each price is made of: what was seen, and what it was multiplied by for it."""
    seen, weights = (each[cell] for each in market.cells.factors)
    return np.column_stack([seen, user, arm]), np.column_stack([weights, user, choice])


def _alternatives(chosen: Chosen) -> dict[str, F64]:
    each = [chosen.alternatives[name] for name in ALTERNATIVES]
    columns = ([CENTS * one.price for one in each], [one.acceptance for one in each])
    columns += ([CENTS * one.revenue for one in each], [CENTS * one.profit for one in each])  # type: ignore[assignment]
    return {name: np.stack(column, axis=1) for name, column in zip(OF_ALTERNATIVES, columns, strict=True)}
