"""What happened in a step in; rows for the output topics, as dictionaries by the schemas' fields, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.support.conversation import Conversation
from agents.support.escalation import Rule
from agents.support.handover import HandOver
from agents.support.hearing import Heard
from agents.support.reading import Read
from agents.support.retrieval import Hit
from agents.support.turns import Turn

DECISIONS, EVENTS, CONVERSATIONS = "support.decisions", "support.events", "support.conversations"
HANDOVERS, ANALYTICS = "support.handovers", "support.analytics"
FLAGS, OVERCHARGES = "driver-flags", "overcharge-reports"
OUTPUTS = (DECISIONS, EVENTS, CONVERSATIONS, HANDOVERS, ANALYTICS, FLAGS, OVERCHARGES)
PROBABLE = 0.01  # intents less probable are not told

Rows = dict[str, list[dict[str, Any]]]
_NOTHING = dict.fromkeys(
    ("sender", "text", "intent", "confidence", "sentiment", "score", "reason", "agent_id", "rating", "helpful", "follow_up")
)


@dataclass(slots=True)
class Decided:
    """What is done about a message. ``outcome``: ANSWERED, ASKED, ESCALATED or NOTED."""

    outcome: str
    reply: str | None = None
    entry_id: str | None = None
    questions: tuple[str, ...] = ()
    hits: Sequence[Hit] = ()
    rules: Sequence[Rule] = ()
    agent_id: str | None = None
    guards: list[str] = field(default_factory=list)


def event(
    kind: str, conversation: Conversation, ts: int, now: int, source: str, message_id: str | None = None, **values: Any
) -> dict[str, Any]:
    """A row of support.events; ``source`` and the kind make its name."""
    row = {
        "event_id": f"{source}/{kind}",
        "type": kind,
        "conversation_id": conversation.id,
        "message_id": message_id,
        "ts": ts,
        "made_at": now,
        "status": conversation.status,
        "priority": conversation.priority,
        **_NOTHING,
        **values,
    }
    for name in ("intent", "sentiment"):
        if values.get(name):
            row[name] = values[name].upper()
    return row


def decision(read: Read, partition: int, heard: Heard, shares: Mapping[str, float], decided: Decided, now: int) -> dict[str, Any]:
    """A row of support.decisions, but for the versions."""
    intents = sorted(shares.items(), key=lambda one: (-one[1], one[0]))
    row = read.row
    return {
        "decision_id": f"support/{read.topic}/{partition}/{read.offset}/0",
        "message_id": row["message_id"],
        "conversation_id": row["conversation_id"],
        "source_topic": read.topic,
        "source_partition": partition,
        "source_offset": read.offset,
        "ts": row["ts"],
        "decided_at": now,
        "outcome": decided.outcome,
        "intent": intents[0][0].upper(),
        "confidence": intents[0][1],
        "intents": [{"intent": name.upper(), "probability": share} for name, share in intents if share >= PROBABLE],
        "intent_set": [name.upper() for name in heard.inside],
        "outside": heard.outside,
        "stage": 2 if heard.second else 1,
        "language": heard.language,
        "sentiment": heard.sentiment.upper(),
        "sentiment_score": heard.score,
        "dangers": list(heard.dangers),
        "entities": [{"kind": one.kind, "value": one.value} for one in heard.entities],
        "text": heard.masked,
        "oddities": list(heard.message.oddities),
        "reply": decided.reply,
        "entry_id": decided.entry_id,
        "alternatives": [{"entry_id": hit.entry_id, "score": hit.score} for hit in decided.hits],
        "questions": list(decided.questions),
        "rules": [{"name": rule.name, "priority": rule.priority} for rule in decided.rules],
        "agent_id": decided.agent_id,
        "guards": decided.guards,
    }


def conversation_row(conversation: Conversation, now: int) -> dict[str, Any]:
    """A row of support.conversations."""
    same = (
        "channel",
        "status",
        "priority",
        "service",
        "order_id",
        "driver_id",
        "market",
        "agent_id",
        "messages",
        "created_ts",
        "updated_ts",
    )
    return (
        {"conversation_id": conversation.id, "customer_id": conversation.customer_id or "", "language": conversation.language or "en"}
        | {name: getattr(conversation, name) for name in same}
        | {"history": [turn_row(turn) for turn in conversation.history], "updated_at": now}
    )


def turn_row(turn: Turn) -> dict[str, Any]:
    """A turn of a history."""
    intent = turn.intent.upper() if turn.intent else None
    return {"sender": turn.sender, "kind": turn.type, "ts": turn.ts, "text": turn.text, "intent": intent, "entry_id": turn.entry_id}


def handover_row(over: HandOver, message_id: str | None, ts: int, now: int) -> dict[str, Any]:
    """A row of support.handovers."""
    same = ("conversation_id", "priority", "agent_id", "summary", "next_step", "channel", "language", "service", "order_id", "driver_id")
    return {name: getattr(over, name) for name in same} | {
        "message_id": message_id,
        "ts": ts,
        "reasons": list(over.reasons),
        "intent": over.intent.upper(),
        "confidence": over.confidence,
        "runner_up": over.runner_up.upper() if over.runner_up else None,
        "runner_up_confidence": over.runner_up_confidence,
        "sentiment": over.sentiment.upper() if over.sentiment else None,
        "sentiment_score": over.sentiment_score,
        "entities": [{"kind": kind, "value": value} for kind, value in over.entities],
        "history": [turn_row(turn) for turn in over.history],
        "made_at": now,
    }
