"""A decision, and what is known of a driver that did not get the order, in; plain sentences, and rows of tables, out."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.matching.explain import Answer, Parameter
from agents.matching.explain_changes import Change
from agents.matching.explain_rules import Rule
from ops.listing import moment

Decision = dict[str, Any]

UNMATCHED = {
    "NO_DRIVER": "nobody got it: no driver was found while the rider waited",
    "CANCELLED": "nobody got it: the rider cancelled first",
    "CLOSED": "nobody got it: it was closed before it was decided",
    "LATE": "nobody got it: its record came after the rider's patience had ended",
}
GUARDS = {
    "no_able_driver": "when it was last tried, no free driver offered that service with the vehicle, features and tier asked for",
    "eta_limit": "when it was last tried, every driver that might have served it was too far away",
    "all_taken": "when it was last tried, the drivers near enough went to other orders",
    "taken": "a driver that would have cost this order less was worth more to another order matched with it",
}
PARTS = {
    "pickup": "time to the pickup; of goods, what makes them late",
    "rating": "stars below five",
    "reliability": "completion and acceptance rates below 100 %",
    "vehicle": "wishes of the rider that the vehicle does not meet",
    "refusal": "what the chance of a refusal is expected to lose",
    "fairness": "negative for who earned less an active hour than others",
    "future": "what the driver's waiting where it is would be worth",
}
RULES = {
    "profile": "profile",
    "position_age": "age of the last position",
    "status": "status",
    "order_held": "order held or offered",
    "complaints": "open complaints",
    "service": "services offered",
    "features": "features",
    "tier_rating": "rating for the tier",
    "tier": "tier",
    "refused": "refused this order before",
    "free_in": "free again in",
    "pickup_time": "expected time to the pickup",
}
CHANGES = {
    "nearer": "distance to the pickup",
    "rating": "rating",
    "completion": "completion rate",
    "acceptance": "acceptance rate of the profile",
    "accepted": "offers accepted of late",
    "income": "income an active hour, of the market's mean",
    "vehicle": "vehicle",
}


def outcome(decision: Decision) -> list[str]:
    """What became of the order."""
    said = f"Order {decision['order_id']} ({decision['service']}, {decision['market']}), decided {moment(decision['decided_at'])}, "
    said += f"{decision['waited_ms'] / 1000:.1f} s after it was placed: "
    if decision["outcome"] != "MATCHED":
        return [said + UNMATCHED[decision["reason"]] + ".", *(f"Rule: {guard(name)}." for name in decision["guards"])]
    out = [said + f"it went to {decision['driver_id']}, {metres(decision['distance_m'])} away and expected in {span(decision['eta_s'])}."]
    many = decision["candidates"]
    out.append(f"{many} eligible driver{'s were' if many != 1 else ' was'} ranked for it. {_worth(decision)}")
    if decision["proven"]:
        out.append("No other eligible driver would have made the cost of all orders matched together less: the prices prove it.")
    else:
        out.append("It is not proven that no other eligible driver would have made the cost of all orders matched together less.")
    if decision["bundle_id"] is not None:
        out.append(f"It is stop {decision['stop'] + 1} of the route of order {decision['bundle_id']}; the cost is the route's.")
    return out + [f"Rule: {guard(name)}." for name in decision["guards"]]


def _worth(decision: Decision) -> str:
    price = decision["price_s"]
    if price is None:
        return "What the driver was worth to other orders is not known."
    if price == 0:
        return "No other order would have gained by having this driver."
    return f"Other orders matched with it would have gained {span(price)} by having this driver: that is the driver's price."


def guard(name: str) -> str:
    """A guard in words."""
    if name.startswith("tier_minimum:"):
        tier, _, least = name.removeprefix("tier_minimum:").partition(">=")
        return f"an order of tier {tier} needs a driver with {least} stars or more"
    return GUARDS.get(name, name)


def cost_rows(costs: list[dict[str, float]]) -> list[tuple[object, ...]]:
    """What costs are made of: their parts in seconds by name, side by side."""
    return [(name, *(f"{parts_s[name]:.1f} s" for parts_s in costs), PARTS[name]) for name in costs[0]] if costs else []


def factor_rows(decision: Decision) -> list[tuple[object, ...]]:
    """What a score is made of."""
    return [(f["name"], f"{f['value']:.3f}", f"{f['weight']:.2f}", f"{f['value'] * f['weight']:.3f}") for f in decision["factors"]]


def alternative_rows(decision: Decision) -> list[tuple[object, ...]]:
    """The other drivers, and by how much each was short."""
    return [
        (a["driver_id"], span(a["eta_s"]), metres(a["distance_m"]), f"{a['score']:.3f}", f"{a['cost_s']:.1f} s", _short(a["short_s"]))
        for a in decision["alternatives"]
    ]


def _short(short_s: float | None) -> str | None:
    return None if short_s is None else f"{short_s:.1f} s"


def parameter_rows(parameters: list[Parameter]) -> list[tuple[object, ...]]:
    """The main parameters and their relative importance."""
    total = sum(one.most_s for one in parameters) or 1.0
    rows: list[tuple[object, ...]] = []
    for one in parameters:
        weight = None if one.weight is None else f"{one.weight:.2f}"
        rows.append((one.name, PARTS[one.name], f"{one.most_s:.0f} s", f"{one.most_s / total:.0%}", weight))
    return rows


def from_decision(decision: Decision, driver: str) -> list[str]:
    """Why not a driver, where the decision itself says it."""
    if decision["driver_id"] == driver:
        return [f"{driver} got the order."]
    other = next(a for a in decision["alternatives"] if a["driver_id"] == driver)
    said = f"{driver} was eligible: {metres(other['distance_m'])} away, expected in {span(other['eta_s'])}, cost {other['cost_s']:.1f} s."
    short = other["short_s"]
    if short is None:
        return [said, "By how much it was short is not known: the drivers were not assigned optimally."]
    if short == 0:
        return [said, "It was as good a choice: nothing was short."]
    said += f" It would have got the order with a cost lower by more than {short:.1f} s, for instance that much sooner at the pickup."
    return [said, "With --replay: what else would have won."]


def answer(found: Answer) -> list[str]:
    """Why not a driver, as computed from the state before the decision."""
    name, order = found.driver_id, found.order_id
    if found.chosen:
        spare = "" if found.short_ms is None else f", and would have been with a cost higher by up to {-found.short_ms / 1000:.1f} s"
        return [f"{name} was matched with the order{spare}."]
    unmet = [rule for rule in found.rules if not rule.met]
    out = [f"{name} could not get order {order}: {'; '.join(_unmet(rule) for rule in unmet)}."] if unmet else []
    if found.cost is None:
        return out
    would = "would have been" if unmet else "was"
    out.append(f"{name} {would} {metres(found.cost.distance_m)} away, expected in {span(found.cost.eta_s)}, at a cost of "
               f"{found.cost.cost_ms / 1000:.1f} s.")  # fmt: skip
    if found.beat_ms is None:
        return [*out, "By how much it was short is not known: the drivers were not assigned optimally."]
    out.append(f"Without {name}, serving the order cost {found.beat_ms / 1000:.1f} s in all: that was the cost to stay below.")
    if not found.proven:
        out.append("That is among the drivers looked at; a better one may have been farther away.")
    if found.got is not None:
        verb = "got" if found.acted_on else "was kept for"
        out.append(f"{name} {verb} order {found.got} instead, where it saved more: {found.best_ms / 1000:.1f} s.")
    if found.short_ms is not None:
        out.append(_verdict(found, bool(unmet)))
    return out


def _verdict(found: Answer, unmet: bool) -> str:
    assert found.short_ms is not None
    if found.short_ms > 0:
        with_these = "With these put right it would still have been" if unmet else "It was"
        return f"{with_these} short by {found.short_ms / 1000:.1f} s: a cost lower by more, such as an earlier pickup, would have won."
    if found.short_ms == 0:
        return f"{'With these put right it would have been' if unmet else 'It was'} as good a choice: nothing was short."
    if unmet:
        return f"With these put right it would have got the order, with {-found.short_ms / 1000:.1f} s to spare."
    return "By this it should have got the order: please report it."


def _unmet(rule: Rule) -> str:
    if rule.name == "order_held":
        return f"it held order {rule.value}"
    if rule.name == "refused":
        return "it had refused this order"
    value = "unknown" if rule.value is None else _said(rule.value, rule.unit)
    return f"its {RULES[rule.name]} was {value}, asked {_asked(rule)}"


def rule_rows(rules: list[Rule]) -> list[tuple[object, ...]]:
    """Each rule, what the driver had, what was asked."""
    return [(RULES[r.name], _said(r.value, r.unit), _asked(r), "yes" if r.met else "NO") for r in rules]


def _asked(rule: Rule) -> str | None:
    said = _said(rule.limit, rule.unit)
    if said is None or not isinstance(rule.limit, float):
        return said
    return f"at least {said}" if rule.name == "tier_rating" else f"at most {said}"


def _said(value: object, unit: str) -> str | None:
    if not isinstance(value, float):
        return None if value is None else str(value)
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:.1f} s" if unit == "s" else f"{value:g} {unit}".strip()


def change_rows(found: Answer) -> list[tuple[object, ...]]:
    """The least change of each single quantity that would have won, everything else as it was."""
    away = 0.0 if found.cost is None else found.cost.distance_m
    return [(CHANGES[c.quantity], _amount(c, c.value, away), _needed(c, away), _amount(c, c.bound, away)) for c in found.changes]


def _needed(change: Change, away: float) -> str:
    if change.needed is None:
        return "none" if change.instead is None else f"none; it would have got {change.instead}"
    amount = _amount(change, change.needed, away)
    if isinstance(change.needed, str):
        return amount
    return f"at most {amount}" if change.quantity in {"nearer", "income"} else f"at least {amount}"


def _amount(change: Change, value: float | str, away: float) -> str:
    if change.quantity == "nearer" and isinstance(value, float):
        return f"{max(0.0, float(np.floor(away - value))):.0f} m"
    return str(_said(value, change.unit))


def span(seconds: float) -> str:
    """Seconds as minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def metres(distance: float) -> str:
    """Metres, or kilometres from one on."""
    return f"{distance:.0f} m" if distance < 1000 else f"{distance / 1000:.2f} km"
