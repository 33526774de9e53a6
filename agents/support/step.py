"""The step of the support agent: batches by topic in, rows by output topic and the rejected records, out.

Pure: nothing but the state, the model, the batches and ``now`` has a say. Reference data is taken first; then messages, feedback and
changes in the order of their event times, so cutting what is in that order into several steps of the same ``now`` comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.support.desk import Desk
from agents.support.hearing import ahead, hear, is_asked, together
from agents.support.policy import Policy
from agents.support.reading import CHANGES, FEEDBACK, INPUTS, MESSAGES, Read, Records, Rejection, read
from agents.support.references import REFERENCES, refer
from agents.support.rows import ANALYTICS, Rows
from agents.support.saying import Texts
from agents.support.state import SupportState

SHOWN_EVERY_MS = 1000  # figures
_ORDER = {topic: place for place, topic in enumerate(("messages", "feedback", "conversation-changes"))}  # of equal event time


@dataclass(slots=True)
class Stepped:
    """What a step came to: rows by output topic, and the records that could not be decided on."""

    rows: Rows = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)


def step(state: SupportState, batches: Mapping[str, Records], now: int, texts: Texts) -> Stepped:
    """Step ``state``, in place, over ``batches`` at ``now`` ms; ``texts``: by which model and policy."""
    policy = texts.policy
    out = Stepped()
    now = state.now = max(state.now, now)
    given = {topic: list(read(batches[topic], now, policy, out.rejected)) for topic in INPUTS if topic in batches}
    desk = Desk(state, texts.model, policy, now, out.rejected)
    if references := [record for topic in REFERENCES for record in given.pop(topic, ())]:
        for record in references:
            refer(state, desk.staff, record, out.rejected)
        state.index.refresh()
    texts.index = state.index
    desk.pass_time()
    records = sorted(_now(state, given, now, policy), key=lambda each: (each.row["ts"], _ORDER[each.topic], each.offset))
    start = 0
    while start < len(records):
        desk.pass_time(records[start].row["ts"])
        end = together(records, start, state.conversations, state.learner)
        end = next((i + 1 for i in range(start, end) if _tells_more(state, records[i])), end)
        _take(desk, records[start:end], texts)
        start = end
    desk.pass_time()  # what came late may be due at once
    desk.book.show()
    out.rows = desk.book.rows
    if figures := _figures(state, now):
        out.rows[ANALYTICS] = figures
    return out


def prepare(batches: Iterable[Mapping[str, Records]], now: int, texts: Texts) -> None:
    """Let ``texts`` look at the customers' messages of several steps' batches beforehand."""
    of_messages = [batch[MESSAGES] for batch in batches if MESSAGES in batch]
    found = [each for records in of_messages for each in read(records, now, texts.policy, [])]
    ahead([each.row for each in found if is_asked(each)], texts)


def due(state: SupportState, now: int, policy: Policy) -> bool:
    """Whether a step without records at ``now`` could change anything but the clocks."""
    clock, wakes = state.clock_at(now), state.conversations.next_ms
    idle = wakes is not None and wakes <= clock
    helped = state.people.waits and state.look_at <= clock
    return idle or helped or state.analytics.pending or state.early.due(now, clock, policy)


def _now(state: SupportState, given: Mapping[str, list[Read]], now: int, policy: Policy) -> list[Read]:
    """What is taken in this step: messages, comments, and the feedback and changes that need not wait for messages (any more)."""
    messages, feedback = given.get(MESSAGES, []), given.get(FEEDBACK, [])
    state.early.hear(messages, now)
    state.early.hold([each._replace(row=dict(each.row) | {"comment": None}) for each in feedback], now)
    state.early.hold(given.get(CHANGES, []), now)
    return [*messages, *(each for each in feedback if each.row["comment"]), *state.early.ready(now, policy)]


def _tells_more(state: SupportState, read: Read) -> bool:
    """Whether what is known of conversations, or was learnt, is another after this record, so that later ones are heard after it."""
    return bool(read.row.get("comment")) or (read.topic == MESSAGES and state.early.awaited(read.row["conversation_id"]))


def _take(desk: Desk, records: Sequence[Read], texts: Texts) -> None:
    """Take records that can be heard together."""
    asked = [each for each in records if is_asked(each)]
    known = [desk.state.conversations.get(each.row["conversation_id"]) for each in asked]
    languages = [one.language if one is not None else None for one in known]
    heard = hear([each.row for each in asked], languages, texts, desk.state.learner)
    of_read = {(each.topic, each.offset): one for each, one in zip(asked, heard, strict=True)}
    for each in records:
        desk.take(each, of_read.get((each.topic, each.offset)))
    for name in dict.fromkeys(each.row["conversation_id"] for each in asked):
        now = desk.state.conversations.get(name)
        texts.heard(name, now.language if now is not None else None)


def _figures(state: SupportState, now: int) -> list[dict[str, Any]]:
    """The figures that have changed, once a second."""
    if now - state.shown_at < SHOWN_EVERY_MS:
        return []
    state.analytics.forget(state.clock())
    figures = [_figure(state, each, now) for each in state.analytics.due()]
    state.shown_at = now if figures else state.shown_at
    return figures


def _figure(state: SupportState, row: dict[str, Any], now: int) -> dict[str, Any]:
    who = row["agent_id"] or None
    key = f"{row['day']}/{who or ''}/{state.partition}"
    learnt = {"corrections": state.learner.corrections, "drifts": state.learner.drifts}
    return row | learnt | {"key": key, "agent_id": who, "partition": state.partition, "updated_at": now}
