"""Feedback and changes that are read before the messages they are about: they wait, within bounds, and nothing comes out otherwise."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.agent import SupportAgent
from agents.support.policy import DEFAULT, Policy
from agents.support.state import SupportState
from streams import dead_letters, journal
from streams.avro import codec
from streams.batch import Kept, Rejected
from streams.packed import Packed
from tests.pure.support_events import (
    DANGER,
    ENTRIES,
    HOUR,
    MINUTE,
    NOW,
    OUTSIDE,
    PARTITION,
    SECOND,
    STATUS,
    Row,
    Task,
    agent,
    batch,
    batches,
    change,
    feedback,
    message,
    person,
    rows_of,
    says,
    small_model,
)
from tests.pure.test_support_step_properties import Given, batches_of, few

SETTLE_MS, TTL_MS = DEFAULT.settle_ms, DEFAULT.early_ttl_ms
WAITING = SupportAgent(model=small_model())


def status(task: Task, name: str = "c1") -> str:
    return cast(Any, task.state.conversations.get(name)).status


def test_what_is_about_a_conversation_that_is_not_known_yet_is_taken_once_it_is() -> None:
    task = Task()
    task.step(SECOND, feedback=[feedback(helpful=True, rating=5)])
    task.step(SECOND, changes=[change("TAKEN", conversation_id="c2")])
    assert (task.errors(), task["events"], len(task.state.early)) == ([], [], 2)
    task.reload().step(2 * SECOND, messages=[message(ts=NOW - 1), message("m2", conversation_id="c2", ts=NOW - 1)])
    assert (task.errors(), status(task), status(task, "c2")) == ([], "RESOLVED", "ESCALATED")
    assert (task.state.people.holder("c2"), len(task.state.early)) == ("p1", 0)
    assert [event["rating"] for event in task["events"] if event["type"] == "FEEDBACK_SUBMITTED"] == [5]


def test_feedback_waits_for_the_message_that_it_names() -> None:
    task = Task()
    task.ask(STATUS)
    task.step(SECOND, feedback=[feedback("f1", message_id="m2", helpful=False), feedback("f2", message_id="m2/reply", rating=2)])
    assert (task["events"], len(task.state.early)) == ([], 2)
    task.ask(STATUS, "m2", 2 * SECOND)
    assert task.state.entries["rides.where-is-driver.en"].unhelpful == 1
    assert (task.errors(), len(task.state.early)) == ([], 0)


def test_what_waited_in_vain_becomes_a_dead_letter_or_is_taken_as_it_stands() -> None:
    task = Task()
    task.ask(STATUS)
    told = [feedback("f1", conversation_id="c7"), feedback("f2", message_id="m7", rating=1)]
    task.step(SECOND, feedback=told, changes=[change(conversation_id="c8")])
    assert task.agent.due(task.reload().state, NOW + SECOND + TTL_MS + 1)
    task.step(SECOND + TTL_MS)
    assert (task.errors(), len(task.state.early)) == ([], 3)
    task.step(SECOND + TTL_MS + 1)
    assert task.errors() == [("UnknownConversation", True)] * 2
    assert {one.kept.key for one in task.rejected if one.kept} == {b"c7", b"c8"}
    assert [event["rating"] for event in task["events"] if event["type"] == "FEEDBACK_SUBMITTED"] == [1]


def test_of_too_many_the_first_are_let_go() -> None:
    task = Task(SupportAgent(Policy(settle_ms=0, early_limit=3), small_model()))
    told = [feedback(f"f{i}", conversation_id=f"c{i}", ts=NOW + i) for i in range(5)]
    task.step(SECOND, feedback=told)
    assert (task.errors(), len(task.state.early)) == ([("UnknownConversation", True)] * 2, 3)
    held = Task(SupportAgent(Policy(early_limit=3), small_model()))
    held.step(SECOND, messages=[message()], feedback=[each | {"conversation_id": "c1", "ts": NOW + SECOND} for each in told])
    assert ([event["type"] for event in held["events"]].count("FEEDBACK_SUBMITTED"), len(held.state.early)) == (2, 3)


def test_danger_in_a_comment_does_not_wait() -> None:
    task = Task(WAITING)
    task.step(people=[person()])
    task.step(SECOND, feedback=[feedback(comment=f"{DANGER}, my mail is zeb.q@example.com", rating=1)])
    (over,) = task["handovers"]
    assert (over["priority"], over["agent_id"], status(task)) == ("URGENT", "p1", "ESCALATED")
    assert task["events"][0]["type"] == "CONVERSATION_CREATED"
    assert (len(task.state.early), b"zeb.q" in task.agent.dump(task.state)) == (1, False)
    task.step(2 * SECOND, messages=[message()])
    assert cast(Any, task.state.conversations.get("c1")).customer_id == "u1"
    assert [event["rating"] for event in task["events"] if event["type"] == "FEEDBACK_SUBMITTED"] == [1]
    task.step(4 * SECOND, feedback=[feedback(comment=DANGER, ts=NOW + SECOND)])
    assert task["handovers"] == []


def test_what_is_held_is_due_once_no_message_has_come_for_a_while() -> None:
    task = Task(WAITING)
    task.ask(STATUS)
    task.step(SECOND, changes=[change("CLOSED")])
    assert status(task) == "IN_PROGRESS"
    data = task.agent.dump(task.state)
    for wait, is_due in ((SETTLE_MS - 1, False), (SETTLE_MS, True)):
        state = task.agent.load(data)
        state.shown_at = NOW + SECOND + wait  # no figures
        made = task.agent.step(state, {}, NOW + SECOND + wait)
        assert bool(rows_of(made, "support.conversations")) == is_due
        assert state.early.due(NOW + SECOND + wait, 0, DEFAULT) is False
        assert task.state.early.due(NOW + SECOND + wait, 0, DEFAULT) is is_due


# ---- however far messages are behind ----


def a_day(seed: int, length: int) -> list[tuple[str, Row]]:
    """Records of a few conversations in the order in which they happened, ages as times."""
    rng = np.random.default_rng(seed)
    out: list[tuple[str, Row]] = []
    asked: dict[str, str] = {}
    ts = -10 * HOUR
    for i in range(length):
        ts += int(rng.choice([SECOND, MINUTE, 40 * MINUTE]))
        name = f"c{rng.integers(3)}"
        same = {"conversation_id": name, "ts": ts}
        kind = str(rng.choice(["messages", "says", "feedback", "changes"])) if name in asked else "messages"
        if kind == "messages":
            asked[name] = f"m{i}"
            out.append((kind, message(f"m{i}", str(rng.choice([STATUS, OUTSIDE, DANGER])), **same)))
        elif kind == "says":
            out.append(("messages", says(f"a{i}", **same)))
        elif kind == "feedback":
            given = {"helpful": [True, False, None][rng.integers(3)], "follow_up": bool(rng.random() < 0.3)}
            if rng.random() < 0.3:
                given |= {"corrected_intent": "FARE_DISPUTE", "agent_id": "p1"}
            out.append((kind, feedback(f"f{i}", message_id=asked[name], **given, **same)))
        else:
            out.append((kind, change(str(rng.choice(["TAKEN", "RESOLVED", "REOPENED", "CLOSED"])), **same)))
    return out


def stepped(steps: list[list[Given]], reload: bool = False) -> tuple[list[Row], dict[str, list[Row]], set[Any]]:
    """The conversations in the end; the rows that came out; what was refused."""
    state: SupportState = WAITING.start(PARTITION)
    WAITING.step(state, {"knowledge-entries": batch("knowledge-entries", ENTRIES)} | batches(people=[person()]), NOW)
    topics = ("support.events", "support.handovers", "driver-flags")
    rows: dict[str, list[Row]] = {topic: [] for topic in topics}
    refused = set()
    for i, each in enumerate([*steps, []]):
        state = WAITING.load(WAITING.dump(state)) if reload else state
        now = NOW + (SETTLE_MS if i == len(steps) else 0)
        made = WAITING.step(state, batches_of(each, NOW), now)
        refused |= {(one.topic, one.offset, one.error) for one in made.rejected}
        for topic in topics:
            rows[topic] += [row | {"made_at": 0} for row in rows_of(made, topic)]
    assert len(state.early) == 0
    return state.conversations.facts()["conversations"], rows, refused


@given(st.integers(0, 10**9), st.integers(1, 30), st.booleans())
@few
def test_however_far_messages_are_behind_the_same_comes_out_and_nothing_is_refused_for_it(seed: int, length: int, reload: bool) -> None:
    rng = np.random.default_rng(seed)
    offsets: dict[str, int] = {}
    day: list[Given] = []
    for kind, row in a_day(seed, length):
        day.append((kind, offsets.setdefault(kind, 0), row))
        offsets[kind] += 1
    steps: list[list[Given]] = []
    latest: list[tuple[int, Given]] = []  # follower, and the step with the message after it
    for one in day:
        if one[0] == "messages":
            if not steps or rng.random() < 0.5:
                steps.append([])
            steps[-1].append(one)
            latest = [(len(steps) - 1 if step == -1 else step, other) for step, other in latest]
        else:
            latest.append((-1, one))
    earliest = dict.fromkeys(("feedback", "changes"), 0)  # a topic's records come in their order
    for step, one in latest:
        first, last = earliest[one[0]], len(steps) - 1 if step == -1 else step
        earliest[one[0]] = first = int(rng.integers(first, last + 1))
        steps[first].append(one)
    whole = stepped([day])
    assert stepped(steps, reload) == whole
    assert not {error for *_, error in whole[2]} & {"UnknownConversation", "UnknownMessage"}


# ---- what becomes of what was kept ----


@pytest.mark.parametrize(("topic", "row", "whole"), [("feedback", feedback(), False), ("conversation-changes", change(), True)])
def test_a_dead_letter_of_an_earlier_step_has_what_was_kept(topic: str, row: Row, whole: bool) -> None:
    one = Rejected(topic, 41, "UnknownConversation", "waited for", True, Kept(3, b"c1", NOW, row))
    keys, values = dead_letters.encode("support", [one], {}, NOW + 5)
    (letter,) = decoded(values)
    assert (letter["partition"], letter["offset"], letter["timestamp"], letter["at"], letter["key"]) == (3, 41, NOW, NOW + 5, b"c1")
    if whole:
        assert codec(topic).decode([letter["value"]]).frame.to_dicts() == [row]
    else:
        assert letter["value"] is None  # personal
    with pytest.raises(KeyError, match="offset 41"):
        dead_letters.encode("support", [Rejected(topic, 41, "E", "m")], {}, NOW)
    assert list(keys) == [b"c1"]


def decoded(values: Packed) -> list[Row]:
    return [journal.decode("support.dead-letters", value) for value in values if value is not None]


def test_the_tests_agent_takes_at_once_what_can_be_taken() -> None:
    assert agent().policy.settle_ms == 0
