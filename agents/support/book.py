"""What happens in one step in; what is written down about it, as rows by topic, and the conversations that it begins and changes, out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.support.conversation import Conversation
from agents.support.hearing import Heard
from agents.support.reading import Read, known_language
from agents.support.rows import CONVERSATIONS, DECISIONS, EVENTS, Decided, Rows, conversation_row, decision, event
from agents.support.state import SupportState
from agents.support.turns import AI, USER

_FIRST = ("service", "order_id", "driver_id", "market")  # what a message tells of its conversation


class Book:
    """One step's rows."""

    def __init__(self, state: SupportState, now: int) -> None:
        self.state, self.now = state, now
        self.rows: Rows = {}
        self._touched: set[str] = set()

    def add(self, topic: str, row: dict[str, Any]) -> None:
        """A row of an output topic."""
        self.rows.setdefault(topic, []).append(row)

    def event(
        self, kind: str, conversation: Conversation, ts: int, read: Read | None, message_id: str | None = None, **values: Any
    ) -> None:
        """One of the seven events; ``read``: the record that led to it, None for time and for persons who became free.

        Its name is the record's place, whether it is about the reply, and the kind, or it is counted: no two are equal.
        """
        if read is None:
            self.state.events += 1
            name = f"time/{self.state.partition}/{self.state.events}"
        else:
            part = "/reply" if values.get("sender") == AI else ""
            name = f"{read.topic}/{self.state.partition}/{read.offset}{part}"
        self.add(EVENTS, event(kind, conversation, ts, self.now, name, message_id, **values))

    def understood(self, read: Read, conversation: Conversation, heard: Heard, intent: str, confidence: float) -> None:
        """The three events of a customer's message."""
        ts, name = read.row["ts"], read.row["message_id"]
        self.event("MESSAGE_SENT", conversation, ts, read, name, sender=USER, text=heard.masked)
        self.event("INTENT_CLASSIFIED", conversation, ts, read, name, intent=intent, confidence=confidence)
        self.event("SENTIMENT_DETECTED", conversation, ts, read, name, sentiment=heard.sentiment, score=heard.score)

    def decided(self, read: Read, conversation: Conversation, heard: Heard, shares: Mapping[str, float], decided: Decided) -> None:
        """The one decision on a customer's message."""
        if read.row["language"] and not known_language(read.row["language"]):
            decided.guards.append("language not known")
        told = decision(read, self.state.partition, heard, shares, decided, self.now)
        self.add(DECISIONS, told | {"priority": conversation.priority, "learnt": self.state.learner.corrections})

    def begun(self, read: Read, language: str | None) -> Conversation:
        """The conversation that a message, or feedback on one that did not come, is in: known, or begun by it."""
        known = self.state.conversations.get(read.row["conversation_id"])
        if known is not None:
            return known
        conversation = self.state.conversations.begin(_first(read, language))
        self.state.analytics.began(read.row["ts"])
        self.event("CONVERSATION_CREATED", conversation, read.row["ts"], read, read.row["message_id"])
        return conversation

    def fill(self, read: Read, language: str | None) -> None:
        """What a message that counts tells of its conversation, where that was not known."""
        known = self.state.conversations.get(read.row["conversation_id"])
        if known is None:
            self.state.conversations.begin(_first(read, language))
        else:
            known.learns(_told(read, language))

    def touch(self, conversation: Conversation) -> None:
        """Something happened in it."""
        self.state.conversations.touch(conversation)
        self._touched.add(conversation.id)

    def forget(self, conversation: Conversation, *, ended: bool) -> None:
        """It is not known any more; what happened in it in this step, or that it ``ended`` just now, is shown all the same."""
        if ended or conversation.id in self._touched:
            self.add(CONVERSATIONS, conversation_row(conversation, self.now))
            self._touched.discard(conversation.id)

    def show(self) -> None:
        """The rows of all conversations that have changed."""
        for conversation in self.state.conversations.changed():
            self.add(CONVERSATIONS, conversation_row(conversation, self.now))


def _first(read: Read, language: str | None) -> Conversation:
    conversation = Conversation(read.row["conversation_id"], channel=read.row.get("channel", "CHAT"))
    conversation.learns(_told(read, language))
    return conversation


def _told(read: Read, language: str | None) -> dict[str, str | None]:
    """What a record tells of its conversation."""
    row = read.row
    told: dict[str, str | None] = {name: row.get(name) or None for name in _FIRST}
    told["customer_id"], told["language"] = row.get("customer_id"), language
    return told
