"""Decisions of agents that need more than their own fields to be understood → plain sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from audit.explain import factors, money
from ops.listing import moment

Decision = dict[str, Any]

OUTCOMES = {
    "ANSWERED": "it was answered without a person",
    "ASKED": "the customer was asked what was meant",
    "ESCALATED": "it was handed to a person",
    "NOTED": "it was noted: a person already has the conversation",
}

MULTIPLIERS = {  # of a price: what the factor is
    "demand": "demand", "supply": "the drivers there are", "hysteresis": "holding prices steady", "hour": "the hour of the day",
    "weekend": "the weekend", "holiday": "a holiday", "weather": "the weather", "event": "an event",
    "range": "the range that multipliers of demand are kept in", "competitor": "competitors' prices", "user": "the rider's profile",
    "choice": "the choice among prices and the guards",
}  # fmt: skip
RULES = {  # growth's guards
    "UNKNOWN_RIDER": "no profile of the rider is known",
    "NO_CONTACT_CONSENT": "the rider does not allow to be contacted",
    "OPTED_OUT": "the rider wants no more offers",
    "ASKED_AGAIN": "the rider was decided on a moment before",
    "GAP_BETWEEN_OFFERS": "the rider's last offer is too recent",
    "FREQUENCY_CAP": "the rider had as many offers as there may be in these days",
    "OFFER_PAUSED": "some offers are paused",
    "TYPE_COOLDOWN": "the rider declined offers of some type not long ago",
    "ALREADY_PREMIUM": "the rider has premium already",
    "SAME_SERVICE": "some offers are of the service that the rider just used",
    "QUIET_HOURS": "it is night where the rider is: nobody is contacted at once",
    "PERSONAL_OFF": "nothing personal had a say: the rider or a setting does not allow it",
    "NO_FARE_AGREED": "no fare was agreed with the rider: the price is by the tariff",
    "NO_DRIVERS_SEEN": "no driver is there",
    "SEASON_NOT_LEARNT": "the market is known for less than a week: the forecast knows no hour of the week",
    "EFFECTS_NOT_LEARNT": "too little was learnt to say what more or fewer drivers bring",
    "NO_MOVE_PAYS": "no move from another zone is worth its cost",
    "COSTS_MORE_THAN_IT_BRINGS": "more drivers cost more than they are expected to bring in the next hour",
}
DONE = {"INCREASE": "{} more are asked for", "DECREASE": "{} fewer would do", "MAINTAIN": "their number may stay"}


def matching(decision: Decision) -> list[str]:
    """Who got an order, and what the cost was made of."""
    from ops.explain import words  # with Redis and the agent: only where a decision is of matching
    from ops.why import cost_parts_s

    out = words.outcome(decision)
    parts = cost_parts_s(decision)
    if parts:
        total = sum(abs(value) for value in parts.values()) or 1.0
        ranked = sorted(parts.items(), key=lambda item: -abs(item[1]))
        shares = [f"{name} {value:.1f} s ({abs(value) / total:.0%})" for name, value in ranked if value]
        out.append(f"The cost was made of: {', '.join(shares)}.")
    elif decision["cost_s"] is not None:
        said = f"the pickup {decision['eta_s']:.1f} s, fairness {decision['boost_s']:.1f} s, a refusal's risk {decision['accept_s']:.1f} s"
        out.append(f"Its cost was {decision['cost_s']:.1f} s, of which {said}.")
    return out


def support(decision: Decision) -> list[str]:
    """What was understood, and why it was answered or handed over."""
    said = f"Message {decision['message_id']} of conversation {decision['conversation_id']}, decided {moment(decision['decided_at'])}: "
    out = [f"{said}{OUTCOMES.get(decision['outcome'], decision['outcome'])}."]
    others = [f"{one['intent']} {one['probability']:.0%}" for one in decision["intents"][1:4]]
    understood = f"It was understood as {decision['intent']} with {decision['confidence']:.0%}"
    before = f", before {', '.join(others)}" if others else ""
    out.append(f"{understood}{before}; out of scope with {decision['outside']:.0%}.")
    out.append(f"Sentiment {decision['sentiment']} ({decision['sentiment_score']:+.2f}), language {decision['language']}.")
    if decision["dangers"]:
        out.append(f"Words of danger: {', '.join(decision['dangers'])}.")
    out += [f"Rule {rule['name']} fired: hand over with priority {rule['priority']}." for rule in decision["rules"]]
    if decision["entry_id"]:
        out.append(f"The answer cites entry {decision['entry_id']}, the best of {len(decision['alternatives'])} found.")
    out += [f"Guard: {name}." for name in decision["guards"]]
    return out


def pricing(decision: Decision) -> list[str]:
    """A price as ``tripo pricing why`` tells it, and what raised or lowered it; or what a driver is paid, and for what."""
    d = decision
    if "pay_cents" in d:
        parts = [f"{one['name']} {money(one['cents'])} (for {one['value']:.4g})" for one in d["parts"] if one["cents"]]
        made = f"It is made of: {', '.join(parts) or 'nothing'}. The rider's price has no say in it."
        return [f"The driver of quote {d['quote_id']} ({d['service']}, {d['market']}) is paid {money(d['pay_cents'])}.", made]
    from ops.pricing import why  # with the agent: only where a decision is of pricing

    first, *rest = [line for line in why.said(d) if not line.startswith("Instead, ")]
    moved = [(MULTIPLIERS.get(one.name, one.name), one.weight - 1.0) for one in factors(d)]
    up, down = ([f"{name} by {abs(by):.1%}" for name, by in moved if by * sign >= 0.0005] for sign in (1, -1))
    sums = f"From {money(d['reference_cents'])} it was raised by: {', '.join(up) or 'nothing'}; lowered by: {', '.join(down) or 'nothing'}."
    return [first, sums, *rest]


def growth(decision: Decision) -> list[str]:
    """An offer, what was captured of an order, or what to do about drivers in a zone."""
    made = _offer if "request_id" in decision else _revenue if "net_revenue_cents" in decision else _zone
    return [*made(decision), *(f"Guard {name}: {RULES.get(name, 'see agents/growth')}." for name in decision["guards"])]


def _offer(d: Decision) -> list[str]:
    said = f"Request {d['request_id']} of rider {d['rider_id']}, decided {moment(d['decided_at'])}: "
    if d["outcome"] != "OFFER":
        return [f"{said}no offer is made. The offer most to the rider's liking would be taken with {d['monetization_propensity']:.1%}."]
    when = f"{d['timing'].lower().replace('_', ' ')}, from {moment(d['contact_ts'])} until {moment(d['expires_ts'])}"
    out = [f"{said}{d['offer']} ({d['offer_id']}), {when}. It costs {money(d['discount_cents'])} if it is taken."]
    taken = f"It is expected to be taken with {d['expected_conversion']:.1%}, and to be worth {money(d['expected_value_cents'])}"
    out.append(f"{taken}; with {d['confidence']:.0%} it is the best choice.")
    up, down = (
        [f"{one.name} ({one.value * one.weight:+.2f})" for one in factors(d) if one.share and one.value * one.weight * sign > 0]
        for sign in (1, -1)
    )
    if up or down:
        out.append(f"What makes it likelier, in log-odds: {', '.join(up) or 'nothing'}; less likely: {', '.join(down) or 'nothing'}.")
    else:
        out.append("Nothing was learnt yet that sets riders or times apart: it is as likely as for anybody.")
    return out if d["propensity"] is None else [*out, f"It was drawn with a chance of {d['propensity']:.1%}."]


def _revenue(d: Decision) -> list[str]:
    source = "agreed with the rider" if d["price_source"] == "AGREED" else "by the tariff"
    fees = [f"{one.name.replace('_', ' ')} {money(d[f'{one.name}_cents'])} ({one.value:.1%})" for one in factors(d) if one.value]
    levels = f"When it was ordered, demand was {d['demand_level']:.2f} and supply {d['supply_level']:.2f}, of 0 to 1."
    return [
        f"Of order {d['order_id']} ({d['service']}, {d['market']}), whose price of {money(d['price_cents'])} is {source}, "
        f"{money(d['net_revenue_cents'])} is captured.",
        f"The fees, as shares of the price: {', '.join(fees) or 'none'}.",
        levels,
    ]


def _zone(d: Decision) -> list[str]:
    ratio = "" if d["ratio"] is None else f", {d['ratio']:.2f} for each one there"
    out = [
        f"{d['service']} in zone {d['zone']} of {d['market']}, decided {moment(d['decided_at'])}: {d['action']}, "
        f"{DONE[d['action']].format(d['amount'])}; priority {d['priority']}.",
        f"{d['forecast']:.1f} orders are expected in the next hour ({d['demand_hour']} in the last); they need {d['needed']:.1f} drivers, "
        f"{d['supply']:.1f} are there{ratio}.",
    ]
    mixed = [f"{one.name} {one.value:.1f} times {one.weight:.2f}" for one in factors(d) if one.share >= 0.005]
    out.append(
        f"The forecast is mixed of, in orders: {', '.join(mixed)}." if mixed else "It goes by the orders so far: no hour is learnt yet."
    )
    if d["moves_in"] or d["moves_out"]:
        out.append(f"Moves between zones: {d['moves_in']} drivers here, {d['moves_out']} away.")
    if d["impact"] is not None:
        what = d["impact"]
        brings = f"{money(what['revenue_cents'])} of revenue at a cost of {money(what['cost_cents'])}"
        out.append(f"It is expected to bring {brings}, and {what['satisfaction']:+.1%} of the orders served.")
    return out


SAID: dict[str, Callable[[Decision], list[str]]] = {"matching": matching, "support": support, "pricing": pricing, "growth": growth}


def support_factors(decision: Decision) -> list[dict[str, Any]]:
    """Support's decisions name no factors: what was weighed are the probabilities of the intents."""
    return [{"name": one["intent"], "value": one["probability"], "weight": 1.0} for one in decision["intents"]]
