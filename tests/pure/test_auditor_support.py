"""The auditor on support's answers: what the agent really writes passes, and each thing that must not be is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ops.chaos.auditor.judge import judge
from ops.chaos.auditor.log import SUPPORT, Findings, Log
from streams.avro import codec
from tests.pure import audited
from tests.pure.support_events import (
    DANGER,
    ENTRIES,
    NOW,
    SECOND,
    STATUS,
    Row,
    agent,
    batch,
    change,
    entry,
    feedback,
    message,
    rows_of,
    says,
)

LONG_AGO = NOW - 20 * 60 * SECOND
INPUTS: dict[str, list[Row]] = {
    "knowledge-entries": [*ENTRIES, entry("rides.bad.en", "Is this {bad}?", "STATUS_ETA")],
    "messages": [
        message("m1", STATUS), message("m1", STATUS, ts=NOW + 1), message("m2", DANGER, ts=NOW + 2),
        says("a1", ts=NOW + 3),
        message("m3", "", conversation_id="c3", ts=NOW + 4),
        message("m4", STATUS, sender="AI", ts=NOW + 5), message("", STATUS, ts=NOW + 6),
    ],
    "feedback": [
        feedback("f1", helpful=True, ts=NOW + 1), feedback("f2", rating=9),
        feedback("f3", conversation_id="c9", ts=LONG_AGO),
        feedback("f4", conversation_id="c8", ts=NOW),
    ],
    "conversation-changes": [change("CLOSED", ts=NOW + 7), change("CLOSED", conversation_id="c9", ts=LONG_AGO)],
}  # fmt: skip
Outputs = dict[str, list[Row]]
Letters = list[tuple[str, int, str]]


def log_of(spoil: Callable[[Outputs, Letters], object] = lambda outputs, letters: None) -> Log:
    """One step of the real agent over the inputs, journalled as it was spoilt: only what is said, and not its digest, can be wrong."""
    writing = audited.Writing(SUPPORT)
    state = agent().start(0)
    batches = {}
    for topic, rows in INPUTS.items():
        given = batch(topic, rows)
        for row, value in zip(rows, codec(topic).encode(given.frame).values(), strict=True):
            writing.put(topic, row[SUPPORT.keys[topic]].encode(), value)
        batches[topic] = replace(given, partition=0)
    made = agent().step(state, batches, NOW)
    outputs = {topic: rows_of(made, topic) for topic in SUPPORT.outputs}
    letters = [(one.topic, one.offset, one.error) for one in made.rejected]
    spoil(outputs, letters)
    for topic, rows in outputs.items():
        for row in rows:
            (value,) = codec(topic).encode(batch(topic, [row]).frame).values()
            writing.put(topic, row[KEYS.get(topic, "conversation_id")].encode(), value)
    for topic, offset, error in letters:
        one = writing.topics[topic][offset]
        personal = topic in SUPPORT.personal
        writing.topics[topic][offset] = one._replace(value=None) if personal else one
        writing.dead_letter(topic, offset, error)
        writing.topics[topic][offset] = one
    writing.commit(
        [{"now": NOW, "ranges": [audited.span(topic, 0, len(rows)) for topic, rows in INPUTS.items()]}],
        {t: len(r) for t, r in INPUTS.items()},
    )
    writing.snapshot(agent().dump(state))
    return writing.log()


KEYS = {"support.analytics": "key", "driver-flags": "market", "overcharge-reports": "market"}


def kinds(findings: Findings) -> set[str]:
    return set(findings.kinds)


def test_what_the_agent_writes_passes() -> None:
    found = judge(log_of())
    assert found.violations == []
    assert found.letters == {
        "InvalidReference": 1, "DuplicateMessage": 1, "InvalidSender": 1, "MissingId": 1, "InvalidRating": 1, "UnknownConversation": 2,
    }  # fmt: skip
    assert (found.figures["decisions"], found.figures["waiting"], found.figures["escalated"]) == (3, 1, 1)


def _without(topic: str, chosen: Callable[[Row], bool]) -> Callable[[Outputs, Letters], object]:
    def spoil(outputs: Outputs, letters: Letters) -> None:
        before = len(outputs[topic])
        outputs[topic][:] = [row for row in outputs[topic] if not chosen(row)]
        assert len(outputs[topic]) < before

    return spoil


def _changed(message_id: str, **changed: Any) -> Callable[[Outputs, Letters], object]:
    return lambda outputs, letters: [row.update(changed) for row in outputs["support.decisions"] if row["message_id"] == message_id]


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (_without("support.decisions", lambda row: row["message_id"] == "m3"), "lost"),
        (lambda outputs, letters: outputs["support.decisions"].append(outputs["support.decisions"][0]), "duplicated"),
        (_changed("m1", conversation_id="c2"), "decision"),
        (_changed("m1", source_offset=77), "invented"),
        (_changed("m1", entry_id=None), "decision"),
        (_changed("m2", outcome="ANSWERED", entry_id="rides.where-is-driver.en"), "decision"),
        (_changed("m2", priority="LOW"), "decision"),
        (_changed("m3", reply=None), "decision"),
        (_without("support.events", lambda row: row["event_id"] == "messages/0/3/MESSAGE_SENT"), "lost"),
        (_without("support.events", lambda row: row["type"] == "FEEDBACK_SUBMITTED"), "lost"),
        (_without("support.events", lambda row: row["event_id"] == "conversation-changes/0/0/CONVERSATION_UPDATED"), "lost"),
        (lambda outputs, letters: letters.remove(("feedback", 1, "InvalidRating")), "poison"),
        (lambda outputs, letters: letters.remove(("messages", 5, "InvalidSender")), "poison"),
        (lambda outputs, letters: letters.append(("feedback", 0, "DuplicateFeedback")), "dead letter"),
        (lambda outputs, letters: letters.append(("messages", 0, "DuplicateMessage")), "duplicated"),
        (lambda outputs, letters: letters.remove(("feedback", 2, "UnknownConversation")), "lost"),
    ],
)  # fmt: skip
def test_what_must_not_be_is_noticed(spoil: Callable[[Outputs, Letters], object], kind: str) -> None:
    assert kind in kinds(judge(log_of(spoil)))
