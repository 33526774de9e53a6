"""Records as they come in: each is read or refused for its reason, in its order, and the schemas' examples are what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.policy import DEFAULT, LANGUAGES
from agents.support.reading import INPUTS, LONGEST_ID, Rejection, known_language, read
from ops.schema_examples import UNENCODABLE, Invalid, as_frame, invalid_examples, valid_examples
from streams.agent import Agent
from streams.batch import Batch, Rejected
from streams.contract import contract
from streams.settings import settings
from tests.pure.support_events import NOW, TOPICS, Row, agent, batch, change, entry, feedback, message, person, rule, says, unhurried

FOLDER = settings().schemas_dir
SCHEMAS = {topic: contract().topic(topic).schema_name for topic in INPUTS}
INVALID = [(topic, one) for topic, schema in SCHEMAS.items() for one in invalid_examples(FOLDER, schema)]
GOOD: dict[str, Row] = {
    "messages": message(),
    "feedback": feedback(),
    "conversation-changes": change(),
    "knowledge-entries": entry("rides.x.en", "What is it?", "STATUS_ETA"),
    "escalation-rules": rule("any"),
    "human-agents": person(),
}


def outcome(topic: str, *rows: Row) -> tuple[list[int], list[tuple[int, str]]]:
    """The offsets that were read, and those that were refused, with why; offsets count from 5."""
    rejected: list[Rejection] = []
    good = [one.offset for one in read(batch(topic, rows, 5), NOW, DEFAULT, rejected)]
    assert {one.topic for one in rejected} <= {topic}
    return good, [(one.offset, one.error) for one in rejected]


def test_reference_data_comes_first_and_messages_last() -> None:
    assert set(INPUTS) == set(TOPICS.values())
    assert INPUTS[:3] == ("knowledge-entries", "escalation-rules", "human-agents")
    assert INPUTS[-1] == "messages"


def test_the_agent_is_one_and_its_topics_are_of_the_contract() -> None:
    assert isinstance(agent(), Agent)
    for topic in agent().inputs:
        assert agent().name in contract().topic(topic).readers
    for topic in agent().outputs:
        assert contract().topic(topic).writer == agent().name


@pytest.mark.parametrize("topic", INPUTS)
def test_a_record_needs_its_ids_and_a_time_that_has_come(topic: str) -> None:
    good = GOOD[topic]
    name = {"messages": "message_id", "feedback": "feedback_id", "knowledge-entries": "entry_id", "escalation-rules": "name"}.get(topic)
    name = name or ("agent_id" if topic == "human-agents" else "conversation_id")
    rows = [good, good | {name: ""}, good | {name: "x" * (LONGEST_ID + 1)}, good | {"ts": 0}, good | {"ts": NOW + DEFAULT.future_ms + 1}]
    rows.append(good | {"ts": NOW + DEFAULT.future_ms})
    assert outcome(topic, *rows) == ([5, 10], [(6, "MissingId"), (7, "InvalidId"), (8, "InvalidTimestamp"), (9, "FromTheFuture")])


@pytest.mark.parametrize("topic", ["messages", "feedback"])
def test_a_conversation_is_named(topic: str) -> None:
    assert outcome(topic, GOOD[topic] | {"conversation_id": ""}) == ([], [(5, "MissingId")])


@pytest.mark.parametrize(
    ("topic", "row", "error"),
    [
        ("messages", message(text="x" * 1_000_001), "TooLong"),
        ("messages", message(sender="AI"), "InvalidSender"),
        ("messages", says(agent_id=None), "InvalidSender"),
        ("messages", says(agent_id=""), "InvalidSender"),
        ("messages", message(market="m" * 201), "InvalidId"),
        ("feedback", feedback(rating=0), "InvalidRating"),
        ("feedback", feedback(rating=6), "InvalidRating"),
        ("feedback", feedback(comment="x" * 1_000_001), "TooLong"),
        ("feedback", feedback(corrected_intent="LOST_ITEM"), "InvalidCorrection"),
        ("feedback", feedback(corrected_intent="LOST_ITEM", agent_id="p1", message_id=None), "InvalidCorrection"),
        ("conversation-changes", change("TAKEN", agent_id=None), "MissingId"),
    ],
)
def test_what_cannot_be_is_refused(topic: str, row: Row, error: str) -> None:
    assert outcome(topic, GOOD[topic], row, GOOD[topic]) == ([5, 7], [(6, error)])


@pytest.mark.parametrize(
    ("topic", "row"),
    [
        ("messages", message(text="")),
        ("messages", message(text="x" * 1_000_000, language="tlh", channel="EMAIL")),
        ("messages", says(sender="SYSTEM", agent_id=None)),
        ("feedback", feedback(rating=5, message_id=None)),
        ("feedback", feedback(corrected_intent="LOST_ITEM", agent_id="p1")),
        ("conversation-changes", change("REOPENED", agent_id=None)),
    ],
)
def test_what_can_be_is_read(topic: str, row: Row) -> None:
    assert outcome(topic, row) == ([5], [])


def test_a_language_is_known_in_whatever_country_and_script() -> None:
    assert [known_language(code) for code in LANGUAGES] == list(LANGUAGES)
    given = ["EN-us", "pt_BR", "zh-Hant-TW", "nb-NO", "nn", "tlh", "", None, "english", "-", "no-no-no"]
    assert [known_language(code) for code in given] == ["en", "pt", "zh", "no", "no", None, None, None, None, None, "no"]


@given(st.data())
@unhurried
def test_every_record_is_read_or_refused_once_in_its_order(data: st.DataObject) -> None:
    topic = data.draw(st.sampled_from(sorted(GOOD)))
    names = [name for name in GOOD[topic] if name.endswith("id") or name in ("ts", "name")]
    changes = st.dictionaries(st.sampled_from(names), st.just(None), max_size=1)
    rows = [GOOD[topic] | {name: 0 if name == "ts" else "" for name in each} for each in data.draw(st.lists(changes, max_size=6))]
    good, bad = outcome(topic, *rows)
    assert good == sorted(good)
    assert [offset for offset, _ in bad] == sorted(offset for offset, _ in bad)
    assert sorted(good + [offset for offset, _ in bad]) == list(range(5, 5 + len(rows)))


def refused(topic: str, record: dict[str, Any]) -> list[Rejected]:
    """What a fresh task refuses of one record, at its own time (or that of the other examples)."""
    now = record["ts"] if 0 < record["ts"] < 2_000_000_000_000 else NOW
    one = Batch(topic, 0, np.array([7]), as_frame(contract().schema(topic), [record]))
    return list(agent().step(agent().start(0), {topic: one}, now).rejected)


def valid() -> Iterator[tuple[str, str]]:
    for topic, schema in SCHEMAS.items():
        for path in valid_examples(FOLDER, schema):
            yield topic, path.stem


@pytest.mark.parametrize(("topic", "name"), list(valid()))
def test_support_takes_every_valid_example(topic: str, name: str) -> None:
    (record,) = [record for path, record in valid_examples(FOLDER, SCHEMAS[topic]).items() if path.stem == name]
    assert [one for one in refused(topic, record) if not one.expected] == []


@pytest.mark.parametrize(("topic", "invalid"), INVALID, ids=[f"{topic}-{one.path.stem}" for topic, one in INVALID])
def test_support_refuses_every_invalid_example_for_its_reason(topic: str, invalid: Invalid) -> None:
    assert invalid.because
    if invalid.error == UNENCODABLE:
        with pytest.raises(ValueError, match=r".+"):
            as_frame(contract().schema(topic), [invalid.record])
        return
    assert [(one.topic, one.offset, one.error) for one in refused(topic, invalid.record)] == [(topic, 7, invalid.error)]


def test_every_input_has_invalid_examples_of_both_sorts() -> None:
    for schema in SCHEMAS.values():
        assert {one.error == UNENCODABLE for one in invalid_examples(FOLDER, schema)} == {True, False}
