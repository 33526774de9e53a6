"""A decision, the record it answers, and the agent → which data about persons it was made on. Derived, not told:

- what an agent may see is in the records of its declared inputs, and of them the fields that its code names: no other can have a say;
- of those inputs, only the ones with the key of the record that is answered: a task holds no others' data to decide by (co-partitioning);
- what had a say here is the decision's to tell: ``personal`` is false where profiles were left aside, factors name what they weigh.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from streams.agent import Agent
from streams.contract import contract

OF_PERSONS: dict[str, dict[str, str]] = {  # topic → fields that are data about persons, and what they are
    "driver-profiles": {
        "driver_id": "the driver's id", "rating_30d": "the driver's stars, 30 days", "rating_90d": "the driver's stars, 90 days",
        "rating_lifetime": "the driver's stars", "total_rides": "how many rides the driver has had",
        "completion_rate": "share of rides the driver completed", "acceptance_rate": "share of offers the driver accepted",
        "cancellation_rate": "share of rides the driver cancelled", "eta_accuracy": "how punctual the driver is",
        "vehicle": "the driver's vehicle", "features": "what the driver's vehicle offers", "services": "services the driver offers",
        "tier": "the driver's tier", "specialties": "the driver's specialities",
    },
    "driver-moves": {"driver_id": "the driver's id", "lat": "where the driver is", "lon": "where the driver is",
                     "status": "whether the driver is free, busy or offline"},
    "driver-answers": {"driver_id": "the driver's id", "answer": "what the driver said to an offer"},
    "driver-flags": {"driver_id": "the driver's id", "reason": "complaints about the driver", "cleared": "whether they are settled"},
    "orders": {
        "rider_id": "the rider's id", "tier": "the tier the rider asked for",
        "requirements": "what the rider needs, such as a wheelchair ramp",
        "preferred_vehicle": "the vehicle the rider prefers", "pickup_lat": "where the rider is picked up",
        "pickup_lon": "where the rider is picked up", "dropoff_lat": "where the rider goes", "dropoff_lon": "where the rider goes",
    },
    "quote-requests": {
        "rider_id": "the rider's id", "tier": "the tier the rider asked for", "pickup_lat": "where the rider is picked up",
        "pickup_lon": "where the rider is picked up", "dropoff_lat": "where the rider goes", "dropoff_lon": "where the rider goes",
        "sensitivity": "how the rider reacts to prices", "loyalty": "the rider's loyalty", "churn_risk": "how likely the rider is to leave",
        "propensity": "what the rider is likely to buy", "orders_week": "how often the rider orders",
    },
    "quote-answers": {"answer": "what riders said to prices"},
    "overcharge-reports": {"conversation_id": "the customer's conversation", "amount": "the amount the customer named",
                           "probability": "that a customer disputes a charge"},
    "rider-profiles": {
        "rider_id": "the rider's id", "personal_consent": "whether the rider allows personal offers",
        "contact_consent": "whether the rider may be contacted", "tier": "the rider's tier",
        "order_value_cents": "what the rider's orders cost",
        "orders_week": "how often the rider orders", "lifetime_value_cents": "what the rider is worth",
        "churn_risk": "how likely the rider is to leave", "price_sensitivity": "how the rider reacts to prices",
        "loyalty": "the rider's loyalty", "segment": "the rider's segment",
    },
    "monetization-requests": {"rider_id": "the rider's id", "occasion": "what the rider just did", "service": "the service the rider used",
                              "utc_offset_min": "the rider's local time"},
    "offer-responses": {"rider_id": "the rider's id", "response": "what the rider said to earlier offers",
                        "value_cents": "what the rider spent on them"},
    "messages": {"customer_id": "the customer's id", "text": "what the customer wrote, masked before anything is done with it",
                 "language": "the customer's language",
                 "order_id": "the customer's order", "driver_id": "the driver it is about"},
    "feedback": {"rating": "the customer's stars for the conversation", "helpful": "whether it helped the customer",
                 "comment": "what the customer said of it", "corrected_intent": "what a person says was meant"},
    "human-agents": {"agent_id": "the id of a person of support", "availability": "whether that person is free",
                     "languages": "languages that person speaks", "specialisations": "what that person knows best"},
}  # fmt: skip
PROFILE = {  # what a decision that says ``personal: false`` has left aside
    "quote-requests": {"sensitivity", "loyalty", "churn_risk", "propensity", "orders_week"},
    "rider-profiles": {"tier", "order_value_cents", "orders_week", "lifetime_value_cents", "churn_risk", "price_sensitivity", "loyalty"},
}


@dataclass(frozen=True, slots=True)
class Datum:
    """One field about a person: where it comes from, what it is; and what is known of its use in this decision."""

    topic: str
    field: str
    what: str
    used: bool
    note: str

    def __str__(self) -> str:
        return f"{self.topic}.{self.field}: {self.what}" + (f" ({self.note})" if self.note else "")


def personal(agent: Agent, decision: dict[str, Any], answered: dict[str, Any] | None) -> list[Datum]:
    """What about persons a decision was made on, and what of it was left aside. ``answered``: None where it is not there to be read."""
    key = contract().topic(answers(decision)).key if answers(decision) in contract().topics else None
    inputs = [t for t in agent.inputs if t in OF_PERSONS and (contract().topic(t).key == key or contract().topic(t).broadcast)]
    named = names_in(agent.name)
    return [_datum(t, f, what, decision, answered) for t in inputs for f, what in OF_PERSONS[t].items() if f in named]


def answers(decision: dict[str, Any]) -> str:
    """The topic of the record that a decision answers: its id says it."""
    return "".join(decision["decision_id"].split("/")[1:2])


def _datum(topic: str, field: str, what: str, decision: dict[str, Any], answered: dict[str, Any] | None) -> Datum:
    if decision.get("personal") is False and field in PROFILE.get(topic, ()):
        return Datum(topic, field, what, used=False, note="left aside: the decision says that personal fields had no say")
    mine = topic == answers(decision) and answered is not None and field in answered
    if mine and answered is not None and answered[field] in (None, "", []):
        return Datum(topic, field, what, used=False, note="not given")
    factor = next((one for one in decision.get("factors") or () if _names(str(one.get("name")), field)), None)
    return Datum(topic, field, what, used=True, note=f"in the factor {factor['name']}" if factor is not None else "")


def _names(factor: str, field: str) -> bool:
    return field in (factor, f"price_{factor}") or field.startswith(f"{factor}_") or factor.startswith(f"{field}_")


@cache
def names_in(agent: str) -> frozenset[str]:
    """Every word in quotes in an agent's code: what it does not name it cannot read."""
    spec = importlib.util.find_spec(f"agents.{agent}")
    folders = [Path(at) for at in (spec.submodule_search_locations or ())] if spec is not None else []
    text = "\n".join(path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.py")))
    return frozenset(re.findall(r"[\"'](\w+)[\"']", text))
