"""The pricing agent keeps the topic contract: topics, symbols, columns and types of what it writes, examples of what it reads."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import polars as pl
import pytest

from agents.pricing import policy as tables
from agents.pricing.agent import AGENT, PricingAgent
from agents.pricing.guards import NAMES
from agents.pricing.policy import Policy
from ops.schema_examples import UNENCODABLE, Invalid, as_frame, invalid_examples, valid_examples
from streams.agent import Agent
from streams.avro import codec
from streams.avro_schema import polars_schema
from streams.batch import Batch, Output, Rejected
from streams.contract import contract
from streams.settings import settings
from tests.pure.pricing_events import MINUTE, NOW, SECOND, Task, answer, flag, move, order, policy, quote

FOLDER = settings().schemas_dir
OWN = ("pricing-policies", "market-conditions", "competitor-prices", "quote-requests", "quote-answers")
INVALID = [(topic, one) for topic in OWN for one in invalid_examples(FOLDER, contract().topic(topic).schema_name)]
EXAMPLES_NOW = 1_790_086_400_000  # after all examples' times


def outputs() -> list[Output]:
    """What a little of everything comes to."""
    agent = PricingAgent(Policy(cap=1.05, recommend_ms=60_000, recommend_quotes=5, objective="MAXIMIZE_PROFIT"))
    task, out = Task(agent), []
    for after in range(0, 100, 2):
        orders = [order(f"o{after}", ts=NOW + after * SECOND)]
        task.step(after * SECOND, quotes=[quote(f"q{after}", ts=NOW + after * SECOND)], orders=orders, flags=[flag()] if after == 4 else [])
        out += task.made.outputs
        said = "ACCEPTED" if after % 4 else "REJECTED"
        task.step(after * SECOND, answers=[answer(f"q{after}", said, ts=NOW + after * SECOND)] if after < 50 else [], moves=[move()])
        out += task.made.outputs
    task.step(10 * MINUTE)
    return out + task.made.outputs


OUTPUTS = outputs()


@pytest.mark.parametrize("topic", AGENT.outputs)
def test_what_is_written_has_exactly_the_schemas_columns_and_survives_the_wire(topic: str) -> None:
    frames = [output.frame for output in OUTPUTS if output.topic == topic]
    assert frames
    for frame in frames:
        assert frame.schema == polars_schema(contract().schema(topic))
        back = codec(topic).decode(list(codec(topic).encode(frame).values()))
        assert back.bad == []
        assert back.frame.equals(frame)


def test_the_frames_above_show_every_outcome_and_keys_are_what_they_name() -> None:
    outcomes = pl.concat([output.frame for output in OUTPUTS if output.topic == "pricing.outcomes"])
    assert set(outcomes["outcome"]) == set(tables.OUTCOMES)
    assert outcomes["quote_id"].is_unique().all()
    assert outcomes["outcome_id"].is_unique().all()
    decisions = pl.concat([output.frame for output in OUTPUTS if output.topic == "pricing.decisions"])
    assert decisions["decision_id"].is_unique().all()
    assert set(decisions["guards"].explode().drop_nulls()) <= set(NAMES)


@pytest.mark.parametrize(
    ("topic", "field", "symbols"),
    [
        ("quote-requests", "service", tables.SERVICES),
        ("quote-requests", "tier", tables.TIERS),
        ("quote-answers", "answer", tables.ANSWERS),
        ("driver-moves", "status", tables.STATUSES),
        ("driver-flags", "reason", tables.FLAGS),
        ("market-conditions", "kind", tables.CONDITIONS),
        ("pricing-policies", "objective", tables.OBJECTIVES),
        ("pricing.outcomes", "outcome", tables.OUTCOMES),
    ],
)
def test_symbols_are_the_schemas_in_their_order(topic: str, field: str, symbols: tuple[str, ...]) -> None:
    kind: Any = polars_schema(contract().schema(topic))[field]
    assert tuple(kind.categories) == symbols


def test_the_agent_is_one_and_its_topics_are_of_the_contract() -> None:
    assert isinstance(AGENT, Agent)
    for topic in AGENT.inputs:
        assert AGENT.name in contract().topic(topic).readers
    assert set(AGENT.inputs) == {name for name, topic in contract().topics.items() if "pricing" in topic.readers} - {
        "pricing.journal", "pricing.snapshots",
    }  # fmt: skip
    for topic in AGENT.outputs:
        assert contract().topic(topic).writer == AGENT.name


def test_another_policy_is_another_version() -> None:
    other = PricingAgent(Policy(cap=2.0))
    assert PricingAgent().code_version == AGENT.code_version
    assert other.code_version.startswith(AGENT.code_version)
    assert other.code_version != AGENT.code_version


def test_pure_modules_import_neither_faust_nor_the_runtime() -> None:
    code = (
        "import sys, agents.pricing.step; print(sorted({m.split('.')[0] for m in sys.modules} & {'faust', 'streams', 'confluent_kafka'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def rejected(topic: str, record: dict[str, Any]) -> list[Rejected]:
    batch = Batch(topic, 0, np.array([7]), as_frame(contract().schema(topic), [record]))
    return list(AGENT.step(AGENT.start(0), {topic: batch}, EXAMPLES_NOW).rejected)


@pytest.mark.parametrize("topic", AGENT.inputs)
def test_every_valid_example_is_taken(topic: str) -> None:
    for path, example in valid_examples(FOLDER, contract().topic(topic).schema_name).items():
        errors = [one.error for one in rejected(topic, example) if not one.expected]
        assert errors == (["UnknownQuote"] if topic == "quote-answers" else []), path.name


@pytest.mark.parametrize(("topic", "invalid"), INVALID, ids=[f"{topic}-{one.path.stem}" for topic, one in INVALID])
def test_every_invalid_example_is_refused_for_its_reason(topic: str, invalid: Invalid) -> None:
    assert invalid.because
    if invalid.error == UNENCODABLE:
        with pytest.raises(ValueError, match=r".+"):
            as_frame(contract().schema(topic), [invalid.record])
        return
    assert [(r.topic, r.offset, r.error) for r in rejected(topic, invalid.record)] == [(topic, 7, invalid.error)]


def test_every_input_of_its_own_has_invalid_examples_of_both_sorts() -> None:
    for topic in OWN:
        found = invalid_examples(FOLDER, contract().topic(topic).schema_name)
        assert {one.error == UNENCODABLE for one in found} == {True, False}, topic


def test_a_policy_event_that_says_nothing_changes_nothing() -> None:
    plain, told = Task(), Task()
    told.step(0, policies=[policy("empty")])
    plain.step(0, policies=[])
    for task in (plain, told):
        task.quote(SECOND, "a")
    assert str(plain.all["pricing.decisions"]) == str(told.all["pricing.decisions"])
