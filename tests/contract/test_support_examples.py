"""The support agent takes every valid example of its inputs, and refuses every invalid one for its reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agents.support.agent import SupportAgent
from ops.schema_examples import UNENCODABLE, Invalid, as_frame, invalid_examples, valid_examples
from streams.batch import Batch, Rejected
from streams.contract import contract
from streams.settings import settings
from tests.pure.support_events import agent as small_agent

FOLDER = settings().schemas_dir
INPUTS = {contract().topic(topic).schema_name: topic for topic in SupportAgent.inputs}
NOW = 1_790_086_400_000  # a day after the examples' times
INVALID = [(topic, one) for schema, topic in INPUTS.items() for one in invalid_examples(FOLDER, schema)]


@pytest.fixture(scope="module")
def agent() -> SupportAgent:
    return small_agent()


def rejected(agent: SupportAgent, topic: str, record: dict[str, Any]) -> list[Rejected]:
    batch = Batch(topic, 0, np.array([7]), as_frame(contract().schema(topic), [record]))
    return list(agent.step(agent.start(0), {topic: batch}, NOW).rejected)


@pytest.mark.parametrize("schema", INPUTS)
def test_every_valid_example_is_taken(agent: SupportAgent, schema: str) -> None:
    for path, example in valid_examples(FOLDER, schema).items():
        assert [one for one in rejected(agent, INPUTS[schema], example) if not one.expected] == [], path.name


@pytest.mark.parametrize(("topic", "invalid"), INVALID, ids=[f"{topic}-{one.path.stem}" for topic, one in INVALID])
def test_every_invalid_example_is_refused_for_its_reason(agent: SupportAgent, topic: str, invalid: Invalid) -> None:
    assert invalid.because
    if invalid.error == UNENCODABLE:
        with pytest.raises(ValueError, match=r".+"):
            as_frame(contract().schema(topic), [invalid.record])
        return
    assert [(r.topic, r.offset, r.error) for r in rejected(agent, topic, invalid.record)] == [(topic, 7, invalid.error)]


def test_every_input_has_invalid_examples_of_both_sorts() -> None:
    for schema in INPUTS:
        assert {one.error == UNENCODABLE for one in invalid_examples(FOLDER, schema)} == {True, False}
