"""The hand-over: what a person is told, and that it identifies nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.conversation import Conversation
from agents.support.escalation import Rules, Signals, fired
from agents.support.handover import ABOUT, NAMES, NEXT, HandOver, handed_over
from agents.support.policy import ENTITIES, INTENTS, LANGUAGES, OUT_OF_SCOPE
from agents.support.privacy import IDENTIFYING
from agents.support.turns import Feedback, Turn

SIGNALS = Signals(intents={"fare_dispute": 0.61, "cancel_refund": 0.34, "lost_item": 0.05}, confidence=0.61, sentiment=-0.7, language="es")


def told() -> Conversation:
    """A conversation in Spanish that was answered once."""
    it = Conversation("c1", channel="CHAT", language="es", service="FOOD", order_id="o-17")
    it.asks(Turn("m1", "USER", "TEXT", 1000, "Me cobraron dos veces 12 EUR", "fare_dispute", 0.9, "negative"))
    it.mentions([("amount", "12 EUR"), ("phone", "+34 600 111 222"), ("person", "María"), ("order_id", "o-17")])
    it.answers(Turn("m1/a", "AI", "TEXT", 1000, "Un cargo doble se devuelve en tres días.", "fare_dispute", 0.9, None, "kb-204"))
    it.asks(Turn("m2", "USER", "TEXT", 2000, "No me sirve, quiero el dinero ya", "fare_dispute", 0.61, "negative"))
    return it


def handed(it: Conversation, signals: Signals = SIGNALS) -> HandOver:
    rules = fired(signals, Rules())
    it.escalates(2000, rules[0].priority, [rule.name for rule in rules], "p1")
    return handed_over(it, rules, signals)


def test_the_person_is_told_what_was_asked_and_answered_and_why_it_comes() -> None:
    it = handed(told())
    assert it.summary == (
        "Customer writing in Spanish (CHAT, FOOD, order o-17); 3 messages so far. "
        "About: a fare or a charge (61 %), or cancelling or a refund (34 %). "
        "Last message: “No me sirve, quiero el dinero ya”. "
        "Named: order_id o-17, amount 12 EUR, [phone], [person]. "
        "Answered from kb-204, last: “Un cargo doble se devuelve en tres días.”. "
        "Handed over because of: negative sentiment (0.70), low confidence (0.61)."
    )
    assert (it.intent, it.confidence, it.runner_up, it.runner_up_confidence) == ("fare_dispute", 0.61, "cancel_refund", 0.34)
    assert (it.language, it.sentiment, it.sentiment_score, it.priority, it.agent_id) == ("Spanish", "negative", -0.7, "HIGH", "p1")
    assert it.reasons == ("negative sentiment", "low confidence")
    assert it.next_step == NEXT["fare_dispute"]
    assert [turn.message_id for turn in it.history] == ["m1", "m1/a", "m2"]


def test_in_danger_the_next_step_is_about_safety_whatever_the_intent() -> None:
    it = handed(told(), replace(SIGNALS, safety=0.9))
    assert (it.priority, it.intent, it.next_step) == ("URGENT", "fare_dispute", NEXT["safety_incident"])


def test_what_identifies_somebody_is_not_told_even_if_it_were_kept() -> None:
    it = told()
    it.entities |= dict.fromkeys(IDENTIFYING, "canary")
    over = handed(it)
    assert "canary" not in repr(over)
    assert dict(over.entities) == {kind: f"[{kind}]" for kind in IDENTIFYING} | {"amount": "12 EUR", "order_id": "o-17"}


def test_a_conversation_of_which_little_is_known() -> None:
    over = handed_over(Conversation("c1"), [], Signals())
    assert over.summary == (
        "Customer writing in an unknown language (CHAT); 0 messages so far. About: not understood. "
        "Not answered from the knowledge base yet."
    )
    assert (over.intent, over.confidence, over.runner_up, over.next_step) == (OUT_OF_SCOPE, 0.0, None, NEXT[OUT_OF_SCOPE])


def test_taken_by_a_person_without_a_rule_it_tells_the_last_intent_and_reasons() -> None:
    it = told()
    it.reasons = ["asks for a person"]
    over = handed_over(it, [], Signals())
    assert "About: a fare or a charge." in over.summary
    assert over.summary.endswith("Handed over because of: asks for a person.")


def test_only_the_last_ten_are_shown_and_long_messages_are_cut_in_the_summary() -> None:
    it = told()
    for i in range(20):
        it.asks(Turn(f"n{i}", "USER", "TEXT", 3000 + i, "x" * 900, "lost_item", 0.9, "neutral"))
        it.hears(Feedback(f"f{i}", 3000 + i, helpful=False))
    over = handed(it)
    assert [turn.message_id for turn in over.history] == [f"n{i}" for i in range(10, 20)]
    assert len(over.history[-1].text) == 900
    assert len(over.summary) < 600
    assert "x" * 200 + "…" in over.summary


@pytest.mark.parametrize("intent", [*INTENTS, OUT_OF_SCOPE])
def test_every_intent_has_a_name_and_a_next_step(intent: str) -> None:
    assert ABOUT[intent]
    assert NEXT[intent].endswith((".", "?"))


def test_every_language_has_a_name() -> None:
    assert sorted(NAMES) == sorted(LANGUAGES)
    assert set(IDENTIFYING) <= set(ENTITIES)


@given(
    st.dictionaries(st.sampled_from((*INTENTS, OUT_OF_SCOPE)), st.floats(0, 1)),
    st.dictionaries(st.sampled_from(ENTITIES), st.just("canary")),
    st.text(max_size=3000),
)
def test_whatever_is_known_it_is_bounded_and_the_same_every_time(shares: dict[str, float], entities: dict[str, str], text: str) -> None:
    it = Conversation("c1", language="ko")
    it.asks(Turn("m1", "USER", "TEXT", 1, text, None))
    it.mentions(entities.items())
    signals = Signals(intents=shares, confidence=max(shares.values(), default=0.0))
    one, again = (handed_over(Conversation.of(it.facts()), fired(signals, Rules()), signals) for _ in range(2))
    assert one == again
    assert len(one.summary) < 1500
    assert all(value == f"[{kind}]" for kind, value in one.entities if kind in IDENTIFYING)
    reversed_shares = replace(signals, intents=dict(reversed(shares.items())))
    assert handed_over(it, fired(signals, Rules()), reversed_shares) == one
