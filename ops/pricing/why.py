"""``tripo pricing why QUOTE``: a decision's id, or its quote's, in; what its price is made of, in plain words, out."""

from __future__ import annotations

from math import prod
from typing import Annotated, Any

import orjson
import typer

from agents.pricing.choice import ChoicePolicy
from agents.pricing.policy import OBJECTIVES
from ops.decoding import plain
from ops.listing import moment
from ops.pricing.logged import DECISIONS
from ops.reading import LogError, Place, Reader, admin, ends, lows, partitions
from ops.summary import fail
from streams import journal
from streams.message import payload

Decision = dict[str, Any]
CRITERIA = ("revenue", "margin", "satisfaction", "efficiency")
DEMAND = ("demand", "supply", "hysteresis", "hour", "weekend", "holiday", "weather", "event", "range")
GUARDS = {
    "cap": "the service's cap",
    "emergency-cap": "an emergency cap",
    "safety": "prices may not rise: a safety complaint, or a policy event, holds them",
    "overcharge-reports": "prices may not rise: many charges of the service are disputed",
    "surge-gaming": "drivers who logged off at once count as if they were there",
    "step": "no further from the last quote of the zone and service than the step allows",
    "floor": "the service's floor",
    "cost-floor": "not below what serving it costs",
    "cost-above-cap": "it costs more than a cap or a hold leaves",
    "hysteresis": "demand and supply moved too little to move the price",
    "supply-unknown": "no driver was heard of lately: supply counts as usual",
}


def why(
    name: Annotated[str, typer.Argument(metavar="DECISION_ID|QUOTE", help="the decision's id, or the quote's")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Why a quote has its price. Exit code 1: there is no such decision in the log."""
    try:
        found = find(name)
    except LogError as error:
        fail(str(error))
    if found is None:
        fail(f"{DECISIONS} has no decision {name}: see tripo tail {DECISIONS}")
    sentences = said(found)
    typer.echo(orjson.dumps(plain({"said": sentences, "decision": found}, None), default=repr) if as_json else "\n".join(sentences))


def find(name: str) -> Decision | None:
    """The newest decision of this id, or on this quote. Raises LogError where the broker does not answer."""
    client = admin()
    parts = name.split("/")
    by_id = len(parts) == 5 and parts[0] == "pricing" and parts[2].isdigit()
    places: list[Place] = [(DECISIONS, each) for each in partitions(client, DECISIONS) if not by_id or each == int(parts[2])]
    found = None
    with Reader() as reader:
        for one in reader.until(lows(client, places), ends(client, places)):
            row = journal.decode(DECISIONS, payload(one))
            if row["decision_id" if by_id else "quote_id"] == name:
                found = row
    return found


def said(decision: Decision) -> list[str]:
    """A price in words: what it is made of, what is expected of it, what else could be, what bounded it."""
    d, weights = decision, {one["name"]: one["weight"] for one in decision["factors"]}
    seen = {one["name"]: one["value"] for one in decision["factors"]}
    moved = [f"{name} times {weights[name]:.2f}" for name in DEMAND if abs(weights[name] - 1.0) >= 0.005]
    competitor = "none is known" if seen["competitor"] != seen["competitor"] else f"they ask {seen['competitor']:.2f} of the base price"
    shares = dict(zip(CRITERIA, ChoicePolicy().weights[OBJECTIVES.index(d["objective"])], strict=True))
    out = [
        f"Quote {d['quote_id']} of {d['market']}, {d['service']} {d['tier']} in zone {d['zone']}, decided {moment(d['decided_at'])}: "
        f"{_money(d['price_cents'])}, {d['multiplier']:.2f} of the base price.",
        f"Base price by the tariff: {_money(d['reference_cents'])}. Serving it is expected to cost {_money(d['cost_cents'])}.",
        f"Demand multiplier times {prod(weights[name] for name in DEMAND):.2f}: {', '.join(moved) or 'all is as usual'}.",
        f"Competitive multiplier times {weights['competitor']:.2f}: of competitors {competitor}.",
        f"User multiplier times {weights['user']:.2f}: personal pricing is {'on' if d['personal'] else 'off'}.",
        f"These make {_money(d['prior_cents'])}; the choice, and the guards, moved it times {weights['choice']:.2f}.",
        f"Of riders like this, {d['acceptance']:.0%} are expected to accept: {_money(d['expected_revenue_cents'])} of revenue and "
        f"{_money(d['expected_profit_cents'])} of profit; with {d['confidence']:.0%} no other price is worth much more.",
        f"Objective {d['objective']}: {', '.join(f'{name} {share:.0%}' for name, share in shares.items())} (by the shipped policy).",
        f"Price {int(d['arm']) + 1} of the grid from {_money(d['least_cents'])} to {_money(d['most_cents'])}, "
        f"drawn with {d['propensity']:.1%}.",
    ]
    out += [
        f"Instead, {one['name']}: {_money(one['price_cents'])}, accepted with {one['acceptance']:.0%}, "
        f"{_money(one['expected_profit_cents'])} of profit."
        for one in d["alternatives"]
    ]
    return out + (
        [f"Guard {name}: {GUARDS.get(name, 'see agents/pricing/guards.py')}." for name in d["guards"]] or ["No guard bounded it."]
    )


def _money(cents: float) -> str:
    return f"{cents / 100:.2f}"
