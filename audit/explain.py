"""A decision's own fields → why it was so: factors and their weight, what else could be, guards, versions. Pure.

Reads what every decision carries (DESIGN §7), whichever agent made it; what else they mean is said in ops/audit/words.py. How much a
factor counted depends on what the factors make up, ``_size``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isfinite, log
from typing import Any

from audit.personal import Datum

Decision = dict[str, Any]

VERSIONS = ("code_version", "policy_version", "model_version", "model_versions")
CHOSEN = ("driver_id", "agent_id", "entry_id", "offer_id", "price_cents", "amount_cents", "pay_cents", "net_revenue_cents")
OF_PROFILES = {  # factors that are a rider's profile: where the decision says that it was left aside, they had no say
    "user", "tier", "order_value", "orders_week", "churn_risk", "price_sensitivity", "loyalty", "lifetime_value",
}  # fmt: skip
START = "start"  # of log-odds: what holds of everybody before anything is known of one, as the reference price does of a price
NOT_LEARNT = ["forecast:0"]  # the forecast goes by the orders so far: none of its parts has a say
LEAST = 1e-9  # a multiplier is neutral within that
PRICES = {  # agents/pricing/choice.py
    "conservative": "the lowest price worth nearly as much as the best",
    "balanced": "the price of the best expected worth",
    "aggressive": "the highest price worth nearly as much as the best",
}


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that counted; ``share`` is how much, 0 to 1: all of them are 1, or 0 where none moved anything."""

    name: str
    value: float
    weight: float
    share: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """What else was possible, and why it lost."""

    what: str
    fields: dict[str, Any]
    lost: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a decision was so."""

    decision_id: str
    outcome: str
    factors: list[Factor]
    alternatives: list[Alternative]
    guards: list[str]
    propensity: float | None
    versions: dict[str, Any]
    personal: list[Datum]

    def fields(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def explain(decision: Decision, data: list[Datum]) -> Explanation:
    """Explain a decision by its fields; ``data``: what about persons it was made on."""
    versions = {name: decision[name] for name in VERSIONS if name in decision}
    return Explanation(
        decision_id=decision["decision_id"],
        outcome=outcome(decision),
        factors=factors(decision),
        alternatives=alternatives(decision),
        guards=list(decision.get("guards") or ()),
        propensity=decision.get("propensity"),
        versions=versions,
        personal=data,
    )


def outcome(decision: Decision) -> str:
    """What was decided, in the decision's own words."""
    named = [str(decision[name]) for name in ("outcome", "action", "type", "kind", "reason") if decision.get(name) is not None]
    chosen = [name for name in CHOSEN if decision.get(name) is not None]
    return ", ".join([*named, *(f"{name} {decision[name]}" for name in chosen)]) or "decided"


def factors(decision: Decision) -> list[Factor]:
    """The factors, weightiest first."""
    rows = [_weighted(one, decision) for one in _named(decision) if "name" in one and "value" in one]
    sizes = [_size(name, value, weight, decision) for name, value, weight in rows]
    total = sum(sizes) or 1.0
    found = [Factor(*row, size / total) for row, size in zip(rows, sizes, strict=True)]
    return sorted(found, key=lambda one: (-one.share, one.name))


def is_price(decision: Decision) -> bool:
    """Whether the factors are multipliers: all of them times the reference price are the price."""
    return "price_cents" in decision and "reference_cents" in decision


def _named(decision: Decision) -> list[Decision]:
    """The factors; of a driver's pay its parts, which add up to it."""
    if "pay_cents" in decision and "parts" in decision:
        return [one | {"weight": one["cents"] / one["value"] if one["value"] else 0.0} for one in decision["parts"]]
    return decision.get("factors") or []


def _weighted(one: Decision, decision: Decision) -> tuple[str, float, float]:
    """Name, value, weight. The value of a price's choice is its arm on the grid, a number that weighs nothing: its multiplier does."""
    weight = float(one["weight"]) if one.get("weight") is not None else 1.0
    return one["name"], weight if is_price(decision) and one["name"] == "choice" else float(one["value"]), weight


def _size(name: str, value: float, weight: float, decision: Decision) -> float:
    """How much a factor moved: of a price, the logarithm of its multiplier; of a forecast, its weight in the mix, since one that foresees
    nothing has its say, too; else what it adds."""
    if decision.get("personal") is False and name in OF_PROFILES:
        return 0.0
    if is_price(decision):
        size = abs(log(max(weight, LEAST))) if isfinite(weight) else 0.0
        return size if size > LEAST else 0.0
    if "forecast" in decision:
        return abs(weight) if isfinite(weight) and decision["model_versions"] != NOT_LEARNT else 0.0
    size = abs(value * weight)
    return size if isfinite(size) and not (name == START and "expected_conversion" in decision) else 0.0


def alternatives(decision: Decision) -> list[Alternative]:
    """What else was considered: by how much each fell short where the decision says so, else by what it differs from the choice."""
    return [_alternative(one, decision) for one in decision.get("alternatives") or () if isinstance(one, dict)]


def _alternative(one: Decision, decision: Decision) -> Alternative:
    if is_price(decision) and "price_cents" in one:
        return Alternative(f"{one['name']} {money(one['price_cents'])}", one, _price_lost(one, decision))
    if "offer_id" in one and "timing" in one:
        return Alternative(f"{one['offer_id']} {one['timing'].lower().replace('_', ' ')}", one, _offer_lost(one, decision))
    if "action" in one and "profit_cents" in one:
        return Alternative(one["action"], one, _action_lost(one, decision))
    what = next((str(one[name]) for name in one if name.endswith("_id") or name in ("name", "kind", "type", "offer")), "another choice")
    if one.get("short_s") is not None:
        return Alternative(what, one, f"its cost would have had to be lower by more than {one['short_s']:.1f} s")
    shared = [name for name, value in one.items() if isinstance(value, float) and isinstance(decision.get(name), float)]
    if not shared:
        shown = ", ".join(f"{name} {value:.4g}" for name, value in one.items() if isinstance(value, float))
        return Alternative(what, one, f"it ranked lower: {shown}" if shown else "it ranked lower")
    return Alternative(what, one, ", ".join(f"{name} {one[name]:.4g} against {decision[name]:.4g}" for name in shared))


def _price_lost(one: Decision, decision: Decision) -> str:
    """A price is drawn among those of the grid, each by the chance that it is the best."""
    meant = PRICES.get(one["name"], "another price")
    if one["price_cents"] == decision["price_cents"]:
        return f"{meant}: it is the price chosen"
    brings = (
        f"accepted with {one['acceptance']:.0%} (the price chosen: {decision['acceptance']:.0%}), "
        f"{_against('revenue', one, decision)}, {_against('profit', one, decision)}"
    )
    parts = ("revenue", "profit")
    short = [part for part in parts if round(one[f"expected_{part}_cents"]) < round(decision[f"expected_{part}_cents"])]
    drawn = "the draw, by the chance of each price to be the best, fell on the other"
    return f"{meant}, {brings}: " + (f"it is expected to bring less {' and '.join(short)}; " if short else "") + drawn


def _against(part: str, one: Decision, decision: Decision) -> str:
    name = f"expected_{part}_cents"
    return f"{money(one[name])} of {part} ({money(decision[name])})"


def _offer_lost(one: Decision, decision: Decision) -> str:
    value, chosen = one["expected_value_cents"], decision.get("expected_value_cents")
    if chosen is None:
        why = "worth less than offering nothing" if value <= 0 else "the draw fell on offering nothing"
        return f"taken with {one['expected_conversion']:.1%}, worth {money(value)}: {why}"
    brings = (
        f"taken with {one['expected_conversion']:.1%} (the offer made: {decision['expected_conversion']:.1%}), "
        f"worth {money(value)} ({money(chosen)})"
    )
    chance = f"the draw, in which it had a chance of {one['propensity']:.1%}, fell on the other"
    return f"{brings}: " + ("it is expected to be worth less; " if value < chosen else "") + chance


def _action_lost(one: Decision, decision: Decision) -> str:
    own = decision["impact"]["profit_cents"] if decision.get("impact") else None
    against = "" if own is None else f" ({decision['action']}: {money(own)})"
    ratio = "no driver is there" if decision["ratio"] is None else f"{decision['ratio']:.2f} drivers are needed for each one there"
    return f"profit of {money(one['profit_cents'])} expected in the next hour{against}: what is done follows from the need, {ratio}"


def money(cents: float) -> str:
    """Cents as currency: 0.00 is never negative.

    >>> money(1830), money(-0.2)
    ('18.30', '0.00')
    """
    return f"{round(cents) / 100 + 0.0:.2f}"
