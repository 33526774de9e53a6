"""The matching agent keeps the topic contract: its topics, the enums' symbols, and every column and type of what it writes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import polars as pl
import pytest

from agents.matching import policy
from agents.matching.agent import AGENT, MatchingAgent
from agents.matching.policy import Policy
from streams.agent import Agent
from streams.avro import codec
from streams.batch import Output
from streams.contract import contract
from tests.pure.matching_events import LAT, NOW, batches, change, move, order, profile

PLAIN = {"string": pl.String, "int": pl.Int32, "long": pl.Int64, "double": pl.Float64, "boolean": pl.Boolean}
STEPS = {
    0: {
        "profiles": [profile("d1"), profile("d2")],
        "moves": [move("d1"), move("d2", lat=LAT + 0.001)],
        "orders": [order("o1", tier="GOLD")],
    },
    1_000: {"orders": [order("o0", ts=NOW + 1_000, offer_s=15)], "profiles": [profile("d3", acceptance_rate=0.5)]},
    2_000: {"orders": [order(f"o{i}", ts=NOW + 2_000, service="FOOD") for i in (2, 3, 4)], "changes": [change("o2", "CANCELLED_BY_RIDER")]},
    4_000: {"changes": [change("o1", ts=NOW + 4_000), change("o3", ts=NOW + 4_000)]},
    200_000: {"orders": [order("o5", ts=NOW + 1)], "moves": [move("d1", ts=NOW + 200_000, lat=LAT + 0.01)]},
}


def wanted(kind: Any) -> Any:
    """The polars type of an Avro type."""
    if isinstance(kind, list):
        return wanted(next(branch for branch in kind if branch != "null"))
    if isinstance(kind, str):
        return PLAIN[kind]
    if kind["type"] == "enum":
        return pl.Enum(kind["symbols"])
    if kind["type"] == "array":
        return pl.List(wanted(kind["items"]))
    return pl.Struct({field["name"]: wanted(field["type"]) for field in kind["fields"]})


def outputs() -> list[Output]:
    """What a little of everything comes to, tables and all outcomes."""
    state, out = AGENT.start(3), []
    for after, rows in STEPS.items():
        out += AGENT.step(state, batches(after, **rows), NOW + after).outputs
    return out


@pytest.mark.parametrize("topic", AGENT.outputs)
def test_what_is_written_has_exactly_the_schemas_columns_and_survives_the_wire(topic: str) -> None:
    fields = {field["name"]: wanted(field["type"]) for field in contract().schema(topic)["fields"]}
    frames = [output.frame for output in outputs() if output.topic == topic]
    assert frames
    for frame in frames:
        assert dict(frame.schema) == fields
        back = codec(topic).decode(list(codec(topic).encode(frame).values()))
        assert back.bad == []
        assert back.frame.equals(frame)


def test_the_examples_above_show_every_reason() -> None:
    decisions = pl.concat([output.frame for output in outputs() if output.topic == "matching.decisions"])
    assert set(decisions["reason"]) == set(policy.REASONS)


@pytest.mark.parametrize(
    ("topic", "field", "symbols"),
    [
        ("driver-profiles", "vehicle", policy.VEHICLES),
        ("driver-profiles", "features", policy.FEATURES),
        ("driver-profiles", "services", policy.SERVICES),
        ("driver-profiles", "tier", policy.TIERS),
        ("driver-moves", "status", policy.STATUSES),
        ("orders", "service", policy.SERVICES),
        ("orders", "requirements", policy.FEATURES),
        ("order-changes", "change", policy.CHANGES),
        ("matching.decisions", "outcome", policy.OUTCOMES),
        ("matching.decisions", "reason", policy.REASONS),
        ("matching.drivers", "status", policy.SHOWN),
    ],
)
def test_symbols_are_the_schemas_in_their_order(topic: str, field: str, symbols: tuple[str, ...]) -> None:
    (kind,) = [each["type"] for each in contract().schema(topic)["fields"] if each["name"] == field]
    kind = kind["items"] if kind["type"] == "array" else kind
    assert tuple(kind["symbols"]) == symbols


def test_the_agent_is_one_and_its_topics_are_of_the_contract() -> None:
    assert isinstance(AGENT, Agent)
    for topic in AGENT.inputs:
        assert AGENT.name in contract().topic(topic).readers
    for topic in AGENT.outputs:
        assert contract().topic(topic).writer == AGENT.name
    assert AGENT.inputs[-1] == "orders"


def test_another_policy_is_another_version() -> None:
    assert MatchingAgent().code_version == AGENT.code_version
    other = MatchingAgent(Policy(nearest=32))
    assert other.code_version.startswith(AGENT.code_version)
    assert other.code_version != AGENT.code_version


def test_pure_modules_import_neither_faust_nor_the_runtime() -> None:
    code = (
        "import sys, agents.matching.step; print(sorted({m.split('.')[0] for m in sys.modules} & {'faust', 'streams', 'confluent_kafka'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
