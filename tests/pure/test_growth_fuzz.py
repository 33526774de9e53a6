"""The fuzz of growth finds nothing in the agent, and finds what is broken where something is."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from agents.growth.agent import GrowthAgent
from agents.growth.policy import Policy
from ops.growth.command import app
from ops.growth.fuzz import fuzz


def test_it_finds_nothing_and_saw_everything() -> None:
    result = CliRunner().invoke(app, ["fuzz", "--events", "60000", "--seed", "2", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output.splitlines()[-1])
    assert told["passed"]
    topics = {"offers", "revenue", "services", "allocations", "zones", "moves", "alerts", "learnt"}
    assert {f"growth.{name}" for name in topics} <= told["written"].keys()
    rules = {"NO_CONTACT_CONSENT", "OPTED_OUT", "GAP_BETWEEN_OFFERS", "TYPE_COOLDOWN", "QUIET_HOURS", "PERSONAL_OFF"}
    assert rules <= told["guards"].keys()
    assert {"InvalidFare", "InvalidSchedule", "InvalidSetting", "InvalidPosition", "FromTheFuture"} <= told["rejected"].keys()


def test_no_driver_is_sent_to_a_zone_that_nothing_is_told_of() -> None:
    assert not fuzz(40_000, 3).breaches


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Policy(gap_h=1), "too soon"),
        (Policy(gap_h=1, cap_days=1), "too often"),
        (Policy(cooldown_days=1), "declined not long ago"),
        (Policy(quiet_from=3, quiet_until=4), "contacted in quiet hours"),
        (Policy(base_fee=1001), "base_fee_cents is not 10 %"),
        (Policy(surge_demand=0.1), "surge_fee_cents is not 25 %"),
        (Policy(increase=1.5), "an action against the ratio"),
    ],
)
def test_it_finds_what_is_broken(broken: Policy, said: str) -> None:
    breaches = fuzz(40_000, 3, agent=GrowthAgent(broken)).breaches
    assert any(breach.startswith(said) for breach in breaches), breaches[:3]
