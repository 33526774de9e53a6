"""What can happen in a conversation, and what is kept of it: messages, feedback, what persons do, how it was resolved. Nothing flows.

Texts here are masked already: nothing that identifies a person is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.support.policy import PRIORITIES, SENDERS, STATUSES, Policy

OPEN, IN_PROGRESS, RESOLVED, ESCALATED = STATUSES
LOW, MEDIUM, HIGH, URGENT = PRIORITIES
USER, AI, AGENT, SYSTEM = SENDERS
CHANGES = TAKEN, SETTLED, REOPENED, CLOSED = ("TAKEN", "RESOLVED", "REOPENED", "CLOSED")
OUTCOMES = NEW, AGAIN, LATE, DUPLICATE, STALE = ("new", "reopened", "late", "duplicate", "stale")
NOBODY, ASKED, ANSWERED, CLARIFIED, PERSON = ("nobody", "asked", "answered", "clarified", "person")  # who had the last word


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a conversation is kept, and for how long. Times are ms since whatever happened last in it."""

    history: int = 10  # turns
    text: int = 1000  # characters of a turn
    remembered: int = 64  # ids of messages and feedback
    idle_ms: int = 30 * 60_000  # then it ends: RESOLVED if it was answered
    forget_ms: int = 7 * 86_400_000  # ended ones
    forget_escalated_ms: int = 40 * 86_400_000  # those that a person has, or is looked for


DEFAULT = Limits(history=Policy().history)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message; ``ts`` in ms. With what was understood of it, or for an answer: what it answers, how surely, and by which entry."""

    message_id: str
    sender: str
    type: str
    ts: int
    text: str
    intent: str | None = None
    confidence: float | None = None
    sentiment: str | None = None
    entry_id: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a customer thinks of an answer (``message_id``), or of the conversation."""

    feedback_id: str
    ts: int
    rating: int | None = None  # 1 to 5
    helpful: bool | None = None
    follow_up: bool = False
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a person did with a conversation: one of CHANGES."""

    kind: str
    ts: int
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a conversation was resolved: by whom (None: no person), ``took_ms`` after its first message."""

    ts: int
    agent_id: str | None
    took_ms: int
    first: bool  # was never reopened
    alone: bool  # was never handed over
