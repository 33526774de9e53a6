"""Which data about persons a decision was made on follows from the agent's inputs and code, and from the decision."""

from __future__ import annotations

from typing import Any

import pytest

from agents.growth.agent import AGENT as GROWTH
from agents.matching.agent import AGENT as MATCHING
from agents.pricing.agent import AGENT as PRICING
from agents.support.agent import SupportAgent
from audit.personal import OF_PERSONS, PROFILE, personal
from streams.agent import Agent
from streams.contract import contract

SUPPORT = SupportAgent()


def of(agent: Agent, decision_id: str, answered: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """By topic.field."""
    return {f"{one.topic}.{one.field}": one for one in personal(agent, {"decision_id": decision_id, **fields}, answered)}


def test_every_field_is_one_of_its_topics_schema() -> None:
    for topic, fields in OF_PERSONS.items():
        assert set(fields) <= {field["name"] for field in contract().schema(topic)["fields"]}, topic
        assert PROFILE.get(topic, set()) <= set(fields), topic


@pytest.mark.parametrize("agent", [MATCHING, PRICING, GROWTH, SUPPORT], ids=lambda agent: agent.name)
def test_no_input_that_names_a_person_is_left_out(agent: Agent) -> None:
    for topic in agent.inputs:
        names = {field["name"] for field in contract().schema(topic)["fields"]} & {"rider_id", "driver_id", "customer_id"}
        assert names <= set(OF_PERSONS.get(topic, ())), topic


def test_what_the_code_does_not_name_is_not_used() -> None:
    found = of(PRICING, "pricing/quote-requests/0/1/0", personal=True)
    assert "driver-profiles.services" in found
    assert "driver-profiles.rating_30d" not in found, "no price depends on a driver's stars"
    assert "rider-profiles.segment" not in of(GROWTH, "growth/monetization-requests/0/1/0", personal=True)


def test_riders_decisions_are_made_on_riders_data_and_zones_on_drivers() -> None:
    rider = of(GROWTH, "growth/monetization-requests/0/1/0", personal=True)
    zone = of(GROWTH, "growth/orders/0/1/0")
    assert {name.split(".")[0] for name in rider} == {"rider-profiles", "monetization-requests", "offer-responses"}
    assert {name.split(".")[0] for name in zone} == {"driver-profiles", "driver-moves", "orders"}


@pytest.mark.parametrize(
    ("agent", "decision_id", "field"),
    [
        (PRICING, "pricing/quote-requests/0/1/0", "quote-requests.loyalty"),
        (GROWTH, "growth/monetization-requests/0/1/0", "rider-profiles.loyalty"),
    ],
)
def test_a_profile_that_was_left_aside_is_said_to_be(agent: Agent, decision_id: str, field: str) -> None:
    assert of(agent, decision_id, personal=True)[field].used
    left = of(agent, decision_id, personal=False)
    assert not left[field].used
    assert "no say" in left[field].note
    assert any(one.used for one in left.values()), "places and answers are data about persons, too"


def test_what_was_not_given_was_not_used_and_factors_name_what_they_weigh() -> None:
    order = {"requirements": [], "preferred_vehicle": "SUV", "tier": "GOLD"}
    found = of(MATCHING, "matching/orders/0/1/0", order, factors=[{"name": "rating", "value": 1.0, "weight": 1.0}])
    assert not found["orders.requirements"].used
    assert found["orders.preferred_vehicle"].used
    assert found["driver-profiles.rating_30d"].note == "in the factor rating"
    said = of(SUPPORT, "support/messages/0/1/0", {"(personal)": "not shown"})
    assert said["messages.text"].used, "what is not shown is not said to be missing"
    assert "human-agents.languages" in said, "reference data reaches every task"
