"""The growth agent takes every valid example of its inputs, and refuses every invalid one for its reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agents.growth.agent import AGENT
from ops.schema_examples import UNENCODABLE, Invalid, as_frame, invalid_examples, valid_examples
from streams.batch import Batch, Rejected
from streams.contract import contract
from streams.settings import settings

FOLDER = settings().schemas_dir
INPUTS = {contract().topic(topic).schema_name: topic for topic in AGENT.inputs}
OWN = {schema: topic for schema, topic in INPUTS.items() if set(contract().topic(topic).readers) <= {"growth", "audit"}}
NOW = {schema: 1_790_086_400_000 if schema in OWN else 1_211_400_000_000 for schema in INPUTS}  # a day after the examples' times
INVALID = [(schema, one) for schema in OWN for one in invalid_examples(FOLDER, schema)]


def rejected(schema: str, record: dict[str, Any]) -> list[Rejected]:
    topic = INPUTS[schema]
    batch = Batch(topic, 0, np.array([7]), as_frame(contract().schema(topic), [record]))
    state = AGENT.start(0)
    state.now = NOW[schema]  # the worker was not away: nothing has to wait for its turn
    return list(AGENT.step(state, {topic: batch}, NOW[schema]).rejected)


@pytest.mark.parametrize("schema", INPUTS)
def test_every_valid_example_is_taken(schema: str) -> None:
    """An answer needs the offer it is about; nothing else is asked of a single record."""
    for path, example in valid_examples(FOLDER, schema).items():
        found = [one.error for one in rejected(schema, example) if not one.expected]
        assert found == (["UnknownOffer"] if schema == "offer-responded" else []), path.name


@pytest.mark.parametrize(("schema", "invalid"), INVALID, ids=[f"{schema}-{one.path.stem}" for schema, one in INVALID])
def test_every_invalid_example_is_refused_for_its_reason(schema: str, invalid: Invalid) -> None:
    assert invalid.because
    if invalid.error == UNENCODABLE:
        with pytest.raises(ValueError, match=r".+"):
            as_frame(contract().schema(INPUTS[schema]), [invalid.record])
        return
    found = [(r.topic, r.offset, r.error) for r in rejected(schema, invalid.record)]
    assert found == [(INPUTS[schema], 7, invalid.error)]


def test_every_input_of_its_own_has_invalid_examples_of_both_sorts() -> None:
    assert sorted(OWN) == ["growth-policy-changed", "monetization-requested", "offer-responded", "rider-profiled"]
    for schema in OWN:
        assert {one.error == UNENCODABLE for one in invalid_examples(FOLDER, schema)} == {True, False}
