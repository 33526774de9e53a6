"""A conversation, and why it is handed over, in; what the person who takes it needs to know, in English, out.

Nothing is shown that identifies anybody: texts come masked, and of entities that would, only the kind is told. Nothing is invented either:
every part of the summary is a count, a name from a table, or a quotation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.support.conversation import Conversation
from agents.support.courtesies import cites_courtesy
from agents.support.escalation import SAFETY, SAFETY_INTENT, Rule, Signals, observed
from agents.support.policy import ENTITIES, OUT_OF_SCOPE, PRIORITIES, Policy
from agents.support.privacy import PLACEHOLDERS
from agents.support.turns import AI, USER, Turn

QUOTED = 200  # characters of a message that the summary quotes
NAMES = {
    "en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "sv": "Swedish", "no": "Norwegian", "ru": "Russian", "ar": "Arabic", "zh": "Chinese", "ja": "Japanese", "ko": "Korean",
}  # fmt: skip
ABOUT = {
    "book_or_change": "booking or changing an order",
    "status_eta": "where an order is",
    "cancel_refund": "cancelling or a refund",
    "fare_dispute": "a fare or a charge",
    "payment_method": "ways to pay",
    "account_access": "access to the account",
    "safety_incident": "a safety incident",
    "lost_item": "a lost item",
    "conduct_or_order_quality": "somebody's conduct, or what was delivered",
    "general_support": "a general question",
    OUT_OF_SCOPE: "something outside of what we do",
}
NEXT = {
    "book_or_change": "Open the order, make the change with the customer, and read the new details back.",
    "status_eta": "Look up the order's last position and time, tell the customer both, and call the driver if it has not moved.",
    "cancel_refund": "Check what of the order was done and paid, apply the refund rules, and tell the amount and the day it arrives.",
    "fare_dispute": "Compare the charge with the quote and the route; correct it or explain each part.",
    "payment_method": "Check which method failed and why; offer another one. Never ask for a card number.",
    "account_access": "Verify who it is by the usual steps before changing anything; lock the account if somebody else may be in it.",
    "safety_incident": "Call the customer now; ask whether everybody is safe and emergency services are needed; then file the incident.",
    "lost_item": "Ask the driver of the order about the item, and agree on how it is returned.",
    "conduct_or_order_quality": "Take down what happened and when, ask for a photo if there is one, and open a case on who is to blame.",
    "general_support": "Answer, or ask one question that settles what is needed.",
    OUT_OF_SCOPE: "Ask what it is about and whether it concerns an order; say so if we cannot help.",
}


@dataclass(frozen=True, slots=True)
class HandOver:
    """What a person gets. ``language`` is its English name; ``sentiment_score`` in [-1, 1]; confidences in [0, 1]."""

    conversation_id: str
    agent_id: str | None
    priority: str
    reasons: tuple[str, ...]
    summary: str
    next_step: str
    channel: str
    language: str
    service: str | None
    order_id: str | None
    driver_id: str | None
    intent: str
    confidence: float
    runner_up: str | None
    runner_up_confidence: float
    sentiment: str | None
    sentiment_score: float
    entities: tuple[tuple[str, str], ...]
    history: tuple[Turn, ...]


def handed_over(conversation: Conversation, rules: Sequence[Rule], signals: Signals, longest: int = Policy().history) -> HandOver:
    """What the person needs, of the conversation as it stands and the rules that fired on its last message, most urgent first."""
    likeliest = sorted(signals.intents.items(), key=lambda one: (-one[1], one[0]))[:2]
    danger = any(rule.condition == SAFETY for rule in rules)
    intent = likeliest[0][0] if likeliest else conversation.intent or OUT_OF_SCOPE
    second = likeliest[1] if len(likeliest) > 1 else (None, 0.0)
    asked = _last(conversation, USER)
    return HandOver(
        conversation_id=conversation.id,
        agent_id=conversation.agent_id,
        priority=max([conversation.priority, *(rule.priority for rule in rules)], key=PRIORITIES.index),
        reasons=tuple(rule.name for rule in rules) or tuple(conversation.reasons),
        summary=_summary(conversation, rules, signals, likeliest),
        next_step=NEXT.get(SAFETY_INTENT if danger else intent, NEXT[OUT_OF_SCOPE]),
        channel=conversation.channel,
        language=_language(conversation),
        service=conversation.service,
        order_id=conversation.order_id or conversation.entities.get("order_id"),
        driver_id=conversation.driver_id,
        intent=intent,
        confidence=likeliest[0][1] if likeliest else 0.0,
        runner_up=second[0],
        runner_up_confidence=second[1],
        sentiment=asked.sentiment if asked else None,
        sentiment_score=signals.sentiment,
        entities=_entities(conversation),
        history=tuple(conversation.history[-longest:]),
    )


def _summary(conversation: Conversation, rules: Sequence[Rule], signals: Signals, likeliest: Sequence[tuple[str, float]]) -> str:
    """What was asked and where, what was named, what was answered, why it is handed over: a sentence each."""
    parts = [_where(conversation), _what(conversation, likeliest)]
    if asked := _last(conversation, USER):
        parts.append(f"Last message: {_quoted(asked)}.")
    if entities := _entities(conversation):
        parts.append(f"Named: {', '.join(value if kind in PLACEHOLDERS else f'{kind} {value}' for kind, value in entities)}.")
    parts.append(_answered(conversation))
    if reasons := [_reason(rule, signals) for rule in rules] or conversation.reasons:
        parts.append(f"Handed over because of: {', '.join(reasons)}.")
    return " ".join(parts)


def _where(conversation: Conversation) -> str:
    places = [conversation.service, conversation.order_id and f"order {conversation.order_id}"]
    known = "".join(f", {place}" for place in places if place)
    return f"Customer writing in {_language(conversation)} ({conversation.channel}{known}); {conversation.messages} messages so far."


def _what(conversation: Conversation, likeliest: Sequence[tuple[str, float]]) -> str:
    """Of the two likeliest intents those worth telling."""
    told = [f"{ABOUT.get(name, name)} ({round(100 * share)} %)" for name, share in likeliest if share >= 0.01]
    if not told:
        told = [ABOUT[conversation.intent]] if conversation.intent in ABOUT else ["not understood"]
    return f"About: {', or '.join(told)}."


def _answered(conversation: Conversation) -> str:
    """What was answered automatically, as far as the history goes."""
    answers = [turn for turn in conversation.history if turn.sender == AI and turn.entry_id and not cites_courtesy(turn.entry_id)]
    if not answers:
        return "Not answered from the knowledge base yet."
    entries = ", ".join(dict.fromkeys(turn.entry_id for turn in answers if turn.entry_id))
    return f"Answered from {entries}, last: {_quoted(answers[-1])}."


def _reason(rule: Rule, signals: Signals) -> str:
    """The rule's name, with what it observed where that is a share."""
    value = observed(rule, signals)
    return f"{rule.name} ({value:.2f})" if 0 < value < 1 else rule.name


def _entities(conversation: Conversation) -> tuple[tuple[str, str], ...]:
    """By the order of ENTITIES; nothing that identifies anybody."""
    kinds = [kind for kind in ENTITIES if kind in conversation.entities]
    return tuple((kind, PLACEHOLDERS.get(kind, conversation.entities[kind])) for kind in kinds)


def _language(conversation: Conversation) -> str:
    return NAMES.get(conversation.language or "", "an unknown language")


def _last(conversation: Conversation, sender: str) -> Turn | None:
    return next((turn for turn in reversed(conversation.history) if turn.sender == sender), None)


def _quoted(turn: Turn) -> str:
    text = turn.text if len(turn.text) <= QUOTED else turn.text[:QUOTED].rstrip() + "…"
    return f"“{text}”"
